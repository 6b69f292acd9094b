"""The text of a script, and changes to it."""
