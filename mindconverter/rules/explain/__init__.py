"""Rules in words: what one says of its API or operator, for people who do not read the tables."""
