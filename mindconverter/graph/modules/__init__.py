"""The modules of the source: found, nested, made classes of, named."""
