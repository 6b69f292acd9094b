"""Calls that PyTorch would recompute in the backward pass."""


def checkpoint(function, *args, use_reentrant=None, **kwargs):
    """Call a function; MindSpore recomputes whole cells instead: call ``recompute()`` on them."""
    return function(*args, **kwargs)
