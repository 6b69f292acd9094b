"""Introspection of the installed frameworks for the catalogues in ``rules/catalog``."""
