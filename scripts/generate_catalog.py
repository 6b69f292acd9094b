"""Generate the catalogues of signatures in ``rules/catalog`` from the installed frameworks.

Usage, with the frameworks of the wanted versions installed::

    python scripts/generate_catalog.py                     # write all files
    python scripts/generate_catalog.py torch onnx          # only these
    python scripts/generate_catalog.py --check             # exit with 1 if a file is missing or stale

The file name holds the version of the framework, so that a new version becomes a new file beside the old ones, which
then hold what differs from it.
Each framework is read in an interpreter of its own: what one import leaves behind cannot change another's names.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import typing
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "rules" / "catalog"


def torch_file() -> tuple[str, str]:
    """Give the name and the text of the catalogue of PyTorch."""
    from catalog.describe import build_catalog
    from catalog.torch_api import torch_scope

    catalog = build_catalog(torch_scope())
    return f"torch-{catalog.version}.json", catalog.text()


def torchvision_file() -> tuple[str, str]:
    """Give the name and the text of the catalogue of torchvision."""
    from catalog.describe import build_catalog
    from catalog.torchvision_api import torchvision_scope

    catalog = build_catalog(torchvision_scope())
    return f"torchvision-{catalog.version}.json", catalog.text()


def mindspore_file() -> tuple[str, str]:
    """Give the name and the text of the catalogue of MindSpore."""
    from catalog.describe import build_catalog
    from catalog.mindspore_api import mindspore_scope

    catalog = build_catalog(mindspore_scope())
    return f"mindspore-{catalog.version}.json", catalog.text()


def onnx_file() -> tuple[str, str]:
    """Give the name and the text of the catalogue of ONNX operators."""
    from catalog.onnx_operators import operator_catalog, operator_version

    major, minor = operator_version().split(".")[:2]
    return f"onnx-{major}.{minor}.json", operator_catalog()


FRAMEWORKS: dict[str, Callable[[], tuple[str, str]]] = {
    "torch": torch_file,
    "torchvision": torchvision_file,
    "mindspore": mindspore_file,
    "onnx": onnx_file,
}


def main(arguments: list[str] | None = None) -> int:
    """Write or check the catalogues; return the exit status."""
    parser = argparse.ArgumentParser(description="Generate the catalogues of signatures.")
    parser.add_argument("frameworks", nargs="*", help=f"any of {', '.join(FRAMEWORKS)}; all if none is named")
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if a file is stale")
    options = parser.parse_args(arguments)
    if not hasattr(typing, "get_overloads"):
        parser.error("Python 3.11 or newer is needed: older ones forget the overloads that a module declares")
    unknown = sorted(set(options.frameworks) - set(FRAMEWORKS))
    if unknown:
        parser.error(f"unknown framework: {', '.join(unknown)}")
    os.environ.setdefault("GLOG_v", "3")
    stale = False
    for framework in options.frameworks or FRAMEWORKS:
        name, text = _in_own_interpreter(FRAMEWORKS[framework])
        for file, stored in _stored(framework, name, text).items():
            path = DIRECTORY / file
            fresh = path.is_file() and path.read_text(encoding="utf-8") == stored
            if options.check and not fresh:
                stale = True
                advice = f"run python scripts/generate_catalog.py {framework}"
                print(f"rules/catalog/{file} is stale: {advice}", file=sys.stderr)
            elif not fresh:
                path.write_text(stored, encoding="utf-8")
                print(f"rules/catalog/{file} written")
    return 1 if stale else 0


def _stored(framework: str, name: str, text: str) -> dict[str, str]:
    """Give the texts of all files of a framework, by name, with one that has just been made."""
    from catalog.differences import stored_texts, whole_text

    if framework == "onnx":  # one file has all versions of the operators
        return {name: text}
    others = {path.name: whole_text(path) for path in DIRECTORY.glob(f"{framework}-*.json") if path.name != name}
    return stored_texts({**others, name: text})


def _in_own_interpreter(make: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    # Looking at a deprecated name is enough for a framework to warn about it.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), warnings.simplefilter, ("ignore",)) as pool:
        return pool.submit(make).result()


if __name__ == "__main__":
    sys.exit(main())
