"""What becomes of each use of an API: calls, members, references, statements."""
