"""The checks of rule files, one a module."""
