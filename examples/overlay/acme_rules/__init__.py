"""The tables that map ``acme_layers`` to MindSpore. Nothing of PyTorch is imported here."""

from pathlib import Path

TABLES = Path(__file__).parent / "tables"
