"""Two versions of the tables, and what changed between them."""
