"""Reading ONNX models into the intermediate representation."""
