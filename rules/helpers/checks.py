"""Conditions that have to hold."""


def check(condition, message) -> None:
    """Stop with a message where a condition does not hold."""
    assert condition, message
