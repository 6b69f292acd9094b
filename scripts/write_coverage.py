"""Write the pages of the documentation that follow from the tables: ``python scripts/write_coverage.py``."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

from mindconverter.cli.rules_coverage import coverage
from mindconverter.cli.rules_docs import write_docs

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEADS = {
    "coverage_onnx.md": """\
# What becomes of each ONNX operator

Written by `scripts/write_coverage.py` from `mindconverter rules coverage --onnx`. The versions are those of the
specification; a rule covers all that a model of opset 7 or newer can mean, unless the status names those that it does
not. The official tests are those of `onnx.backend.test`, as the last sweep measured them. Constant has no rule: its
values are read before the rules are asked.

""",
    "coverage_torch.md": """\
# What becomes of PyTorch's names

Written by `scripts/write_coverage.py` from `mindconverter rules coverage`. A name is *mapped* if a rule converts it,
*proved* if that rule has examples that run, *refused* if a rule says what to do instead, and else *missing*.
`mindconverter rules coverage --missing` lists the missing ones. Most of them are members of classes that users of
models do not name, such as those of `torch.Generator` or of a graph of TorchScript. The names of torchvision stand at
the end.

""",
}


def main() -> None:
    """Write the pages."""
    for page, head in HEADS.items():
        with redirect_stdout(io.StringIO()) as printed:
            coverage([], operators="onnx" in page, missing=False, form="markdown")
        (DOCS / page).write_text(head + printed.getvalue(), encoding="utf-8")
    write_docs([], DOCS / "tables")


if __name__ == "__main__":
    main()
