"""Reading PyTorch's files, by way of ONNX; nothing that a file chose is run before it is checked."""
