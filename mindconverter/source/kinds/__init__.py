"""What the values of a script are."""
