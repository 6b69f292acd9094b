"""Pages of the documentation that show the tables, a page a family."""
