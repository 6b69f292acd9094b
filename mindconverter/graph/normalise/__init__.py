"""Bringing ONNX models to their plainest form."""
