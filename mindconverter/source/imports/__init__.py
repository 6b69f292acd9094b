"""The imports of the result."""
