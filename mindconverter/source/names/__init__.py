"""What the names of a script mean, within it and across files."""
