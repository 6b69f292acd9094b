"""Reading TensorFlow's and Keras's files, by way of ONNX."""
