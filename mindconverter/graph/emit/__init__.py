"""The text of the script, and what is told of it."""
