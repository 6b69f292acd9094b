"""Build hook: puts the rule tables, their compiled bundle, the schemas and the page on lint into the wheel."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = "bundle.json"
TARGET = "mindconverter/_data"
PAGE = "docs/lint.md"
"""What lint quotes on its checks."""


class RuleBundleHook(BuildHookInterface):
    """Compile ``rules/`` and place tables, bundle, schemas and the page on lint below ``mindconverter/_data``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to the wheel; an editable install reads the tables of the working tree."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from mindconverter.rules.bundle import write_bundle

        self._folder = tempfile.TemporaryDirectory()
        bundle = Path(self._folder.name) / BUNDLE
        write_bundle(root / "rules", bundle)
        included = build_data["force_include"]
        included[str(bundle)] = f"{TARGET}/rules/{BUNDLE}"
        included[str(root / PAGE)] = f"{TARGET}/{PAGE}"
        for folder in ("rules", "schemas"):
            for path in sorted((root / folder).rglob("*")):
                # A bundle left in the working tree by a development run is not the one just compiled.
                if path.is_file() and path.name != BUNDLE and "__pycache__" not in path.parts:
                    included[str(path)] = f"{TARGET}/{path.relative_to(root).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary bundle."""
        if version != "editable":
            self._folder.cleanup()
