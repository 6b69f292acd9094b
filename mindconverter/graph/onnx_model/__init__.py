"""ONNX models as they stand in files: loading, walking, shapes, inputs and outputs."""
