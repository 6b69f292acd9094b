"""Measure the three ratios that the project watches, and write them into ``benchmarks/README.md``.

Each figure is a ratio of medians of one run on one machine, so that it can be compared between machines:

- AST mode over torchvision's ``models`` folder against ``libcst.parse_module`` alone on the same files;
- graph mode on ResNet50 against ``onnx.load`` plus ``mindspore.save_checkpoint`` alone;
- ``mindconverter --help`` against ``python -c pass``.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
os.environ.setdefault("GLOG_v", "3")

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True)
class Ratio:
    """Hold a measured ratio: medians in seconds, and the aim."""

    name: str
    ours: float
    base: float
    aim: float

    @property
    def value(self) -> float:
        """The ratio itself."""
        return self.ours / self.base


def seconds(action: Callable[[], object], runs: int) -> float:
    """Return the median duration of an action after one run that does not count."""
    action()
    durations = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def measure_source(runs: int) -> Ratio:
    """Compare AST mode with parsing alone."""
    import libcst

    from mindconverter import convert_source
    from mindconverter.rules.tables import load_tables

    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise SystemExit("torchvision is not installed: run scripts/setup_environment.sh first.")
    files = sorted((Path(spec.origin).parent / "models").rglob("*.py"))
    texts = [(str(path), path.read_text(encoding="utf-8")) for path in files]
    tables = load_tables()

    def convert() -> None:
        for name, text in texts:
            convert_source(text, filename=name, tables=tables)

    def parse() -> None:
        for _, text in texts:
            libcst.parse_module(text)

    return Ratio(f"AST mode, {len(files)} files", seconds(convert, runs), seconds(parse, runs), 6)


def measure_graph(runs: int) -> Ratio:
    """Compare graph mode with loading the model and saving its weights alone."""
    import mindspore
    import onnx
    from onnx import numpy_helper

    from mindconverter import convert_model

    with tempfile.TemporaryDirectory() as folder:
        model_file = Path(folder) / "resnet50.onnx"
        export_resnet50(model_file)

        def convert() -> None:
            convert_model(model_file, output=Path(folder) / "output")

        def copy() -> None:
            model = onnx.load(model_file)
            weights = [
                {"name": tensor.name, "data": mindspore.Tensor.from_numpy(numpy_helper.to_array(tensor).copy())}
                for tensor in model.graph.initializer
            ]
            mindspore.save_checkpoint(weights, str(Path(folder) / "copy.ckpt"))

        return Ratio("Graph mode, ResNet50", seconds(convert, runs), seconds(copy, runs), 3)


def export_resnet50(path: Path) -> None:
    """Write torchvision's ResNet50 with random weights as an ONNX file."""
    import torch

    schemas = torch.library.Library("torchvision", "DEF")
    schemas.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    schemas.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision.models import resnet50

    torch.onnx.export(
        resnet50(weights=None).eval(), (torch.zeros(1, 3, 64, 64),), path, dynamo=True, external_data=False
    )


def measure_start(runs: int) -> Ratio:
    """Compare the start of the command line with the start of Python alone."""

    def help_text() -> None:
        subprocess.run([sys.executable, "-m", "mindconverter", "--help"], check=True, stdout=subprocess.DEVNULL)

    def nothing() -> None:
        subprocess.run([sys.executable, "-c", "pass"], check=True)

    return Ratio("mindconverter --help", seconds(help_text, runs * 3), seconds(nothing, runs * 3), 4)


def table(ratios: list[Ratio]) -> str:
    """Return the figures as Markdown."""
    rows = [
        f"| {ratio.name} | {ratio.ours:.3f} s | {ratio.base:.3f} s | {ratio.value:.2f} | {ratio.aim:g} |"
        for ratio in ratios
    ]
    packages = ", ".join(f"{name} {version(name)}" for name in ("libcst", "onnx", "mindspore", "torchvision"))
    return "\n".join(
        [
            f"Measured with Python {platform.python_version()}, {packages}, {os.cpu_count()} cores.",
            "",
            "| what | ours | base | ratio | aim, at most |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def main() -> int:
    """Run the benchmarks; with ``--write``, put the figures into the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each side")
    parser.add_argument("--write", action="store_true", help="write the figures into benchmarks/README.md")
    options = parser.parse_args()
    text = table([measure_start(options.runs), measure_source(options.runs), measure_graph(options.runs)])
    print(text)
    if options.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        README.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
