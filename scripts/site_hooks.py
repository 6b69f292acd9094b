"""Hooks of the documentation site: what mkdocs cannot do from ``mkdocs.yml`` alone.

- Pages may link to files of the repository outside of ``docs/``. Those files become part of the site, and the links in
  them and to them are put right, so that ``mkdocs build --strict`` checks all of them.
- ``<!-- options -->`` in a page becomes the options of every command, ``<!-- api NAME -->`` the signature and the words
  of a public function or class, and ``<!-- keys -->`` every key of the schema with a record that has it: they are read
  from the code and the tables, so that the pages cannot lag behind.
- The pages that ``mindconverter rules docs`` writes to ``docs/tables/`` are listed under "Tables".
"""

from __future__ import annotations

import argparse
import inspect
import itertools
import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

if TYPE_CHECKING:
    from mindconverter.rules.source_files import Record
    from mindconverter.rules.tables import RuleTables

ROOT = Path(__file__).resolve().parents[1]
DOCS = "docs"
IN_NAV = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"(?<=\]\()([^)#\s:]+)")
SCALE = """\
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("factor", torch.ones(1))

    def forward(self, x):
        return x * self.factor
"""
WORKED = {
    "casts": """\
import torch

counts = torch.tensor([1, 2, 3])
print(torch.mean(counts, dtype=torch.float32), torch.exp(counts))
""",
    "policies": """\
import torch

print(torch.zeros(2, 3, device="cpu", requires_grad=False))
""",
    "modules": """\
import torch
from torch import nn

layer = nn.ReLU()
print(layer(torch.ones(2)))
""",
    "namespaces": """\
import torch

print(torch.fx.symbolic_trace(torch.nn.ReLU()))
""",
    "views": """\
import torch


def fill(x: torch.Tensor):
    row = x.view(-1)
    row.add_(1)
    return x
""",
    "writes": """\
import torch
from torch import nn


def grow(layer: nn.Linear, x: torch.Tensor):
    layer.weight.data.add_(x)
""",
    "keywords": """\
import torch

print(torch.sum(torch.ones(2, 3), axis=1, keepdims=True))
""",
    "idioms": """\
import torch
from torch import nn


def train(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()
""",
    "runs": SCALE,
    "registers": SCALE,
    "sets": SCALE,
    "optional": """\
from torch import nn


def has_gradient(layer: nn.Linear):
    return layer.weight.grad is not None
""",
    "in_place_of": """\
import torch


def apply(x: torch.Tensor):
    x = x + 1
    torch.i0_(x)
    return x
""",
    "parameters": """\
import torch


class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.mul(2)

    @staticmethod
    def backward(ctx, gradient):
        return gradient.mul(2)
""",
}
"""Scripts that show what the records of a kind, or a key of rules, do where no record has examples of its own."""
MODELS = {
    "operators": """\
<ir_version: 8, opset_import: ["": 17, "tensorflow": 1]>
model (float[2, 3] x) => (float[2, 3] y) {
  gate = Sigmoid(x)
  scaled = Mul(gate, x)
  y = tensorflow.Erfc(scaled)
}
""",
    "fusions": """\
<ir_version: 8, opset_import: ["": 17]>
model (float[2, 3, 4] x, float[2, 4, 5] z) => (float[2, 3, 5] y) {
  gate = Sigmoid(x)
  scaled = Mul(x, gate)
  y = MatMul(scaled, z)
}
""",
}
"""Models in the text form of ONNX that show what the records of a kind do."""
OWN = {
    "inputs": """\
format: 1
proved: {mindspore: "2.10.0"}
operators:
  - operator: RobustLoss
    domain: com.acme
    inputs: {target: single, guess: single}
    outputs: {loss: single}
    attributes: {width: 1.0}
rules:
  - onnx: RobustLoss
    domain: com.acme
    since: [1]
    cell: mindspore.nn.SmoothL1Loss
    args: {beta: "width"}
    inputs: ["guess", "target"]
    examples:
      - inputs: {target: "arr(2, 3)", guess: "arr(2, 3) + 1"}
        attributes: {width: 0.5}
        static: true
""",
    "todo": """\
format: 1
proved: {torch: "2.13.0", mindspore: "2.10.0"}
rules:
  - torch: torch.nn.functional.native_channel_shuffle
    to: mindspore.ops.channel_shuffle
    args: {x: "input"}
    todo: Images without a batch have not been tried.
    examples:
      - source: "F.native_channel_shuffle(x, 2)"
        inputs: {x: "arr(1, 4, 2, 3)"}
""",
}
"""Tables that show a key of rules that the shipped ones do not need."""
API = re.compile(r"^<!-- api ([\w.]+) -->$", flags=re.M)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the pages of ``docs/tables/`` in the navigation, or take their place out of it if there are none."""
    pages = [path.relative_to(ROOT / DOCS).as_posix() for path in sorted((ROOT / DOCS / "tables").rglob("*.md"))]
    nav = [{"Tables": pages} if entry == {"Tables": []} else entry for entry in config.nav or []]
    config.nav = [entry for entry in nav if entry != {"Tables": []}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files outside of ``docs/`` that pages link to, and those that they link to themselves."""
    waiting = [f"{DOCS}/{file.src_uri}" for file in files.documentation_pages()] + list(IN_NAV)
    seen = set(waiting)
    while waiting:
        place = waiting.pop()
        path = ROOT / place
        if not place.startswith(f"{DOCS}/"):
            level = InclusionLevel.INCLUDED if place in IN_NAV else InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, site_uri(place), content=path.read_text("utf-8"), inclusion=level))
        if path.suffix == ".md":
            found = set(linked_files(path.read_text("utf-8"), place)) - seen
            waiting += [link for link in sorted(found) if not link.startswith(f"{DOCS}/")]
            seen |= found
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the links of a page right, and write what is read from the code."""
    place = repository_place(page.file.src_uri)
    if "<!-- options -->" in markdown:
        markdown = markdown.replace("<!-- options -->", "\n".join(options()))
    if "<!-- keys -->" in markdown:
        markdown = markdown.replace("<!-- keys -->", "\n".join(keys()))
    markdown = API.sub(lambda found: "\n".join(described(found[1])), markdown)
    here = PurePosixPath(page.file.src_uri).parent

    def moved(found: re.Match[str]) -> str:
        target = linked_file(found[1], place)
        return os.path.relpath(site_uri(target), here) if target is not None else found[1]

    return LINK.sub(moved, markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Show a bar in the code of a table as a bar: other readers of Markdown want it escaped there."""
    return re.sub(r"<td.*?</td>", lambda cell: cell[0].replace("\\|", "|"), html, flags=re.S)


def site_uri(place: str) -> str:
    """Return where a file of the repository stands in the site."""
    return IN_NAV.get(place, place.removeprefix(f"{DOCS}/"))


def repository_place(uri: str) -> str:
    """Return the file of the repository that a page of the site is made from."""
    root = {page: file for file, page in IN_NAV.items()}
    return root.get(uri) or (f"{DOCS}/{uri}" if (ROOT / DOCS / uri).exists() else uri)


def linked_file(link: str, place: str) -> str | None:
    """Return the file that a link in a file of the repository leads to, or None if it leads to none."""
    target = os.path.normpath(os.path.join(os.path.dirname(place), link))
    return target if (ROOT / target).is_file() else None


def linked_files(markdown: str, place: str) -> Iterator[str]:
    """Yield the files that the links of a page lead to."""
    for link in LINK.findall(markdown):
        target = linked_file(link, place)
        if target is not None:
            yield target


def command_parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command and subcommand, by the command's words."""
    modules = ("options", "check", "rules", "weights", "verify", "rename")
    waiting = [import_module(f"mindconverter.cli.{module}")._parser() for module in modules]
    found = {}
    while waiting:
        parser = waiting.pop(0)
        found[parser.prog] = parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting[:0] = action.choices.values()
    return found


def options() -> Iterator[str]:
    """Yield the lines that describe every command: what it is for, and a table of its options."""
    for command, parser in command_parsers().items():
        left_out = (argparse._SubParsersAction, argparse._HelpAction)
        rows = [_row(action) for action in parser._actions if not isinstance(action, left_out)]
        yield f"## `{command}`\n"
        yield f"{(parser.description or '').partition(chr(10))[0]}\n"
        if rows:
            yield "\n".join(["| option | says |", "| --- | --- |", *rows, ""])


def _row(action: argparse.Action) -> str:
    names = [name for name in action.option_strings if "-" not in name[2:]] or [str(action.metavar or action.dest)]
    value = ""
    if action.option_strings and action.nargs != 0:
        word = action.metavar or (
            "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
        )
        value = f" {word}" + (f" [{word} ...]" if action.nargs == "+" else "")
    said = (action.help or "").replace("%(default)s", str(action.default))
    needed = " Needed." if action.required and action.option_strings else ""
    cells = f"`{', '.join(names)}{value}`", f"{said[:1].upper()}{said[1:]}.{needed}"
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def keys() -> Iterator[str]:
    """Yield the lines that describe every key of a rule file, with a short record that has it and what it makes."""
    from mindconverter.rules.tables import load_tables

    schema = json.loads((ROOT / "schemas" / "rules.schema.json").read_text("utf-8"))
    tables = load_tables()
    for kind, entry in schema["properties"].items():
        if entry.get("type") != "array":
            continue
        yield f"## {kind}\n\n{entry['description']}\n"
        if kind in WORKED:
            yield from _converted_script(WORKED[kind], tables)
        if kind in MODELS:
            yield from _converted_model(MODELS[kind], tables)
        for key, value in schema["$defs"][entry["items"]["$ref"].rpartition("/")[2]]["properties"].items():
            known = {**schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {}), **value}
            yield f"### `{key}` in {kind}\n\n{known.get('description', '')}\n"
            having = [record for record in tables.records if record.kind == kind and key in record.data]
            if having:
                chosen = min(having, key=lambda record: (not _shows(record, tables), len(json.dumps(record.data))))
                yield f"```yaml\n{record_text(ROOT / 'rules' / chosen.file, chosen.line)}\n```\n"
                yield f"From `rules/{chosen.file}`.\n"
                if kind == "rules":
                    yield from _converted_script(WORKED[key], tables) if key in WORKED else _worked(chosen, tables)
            elif kind == "rules":
                yield from _own(OWN[key])
            else:
                yield "No shipped table needs it.\n"


def _shows(record: Record, tables: RuleTables) -> bool:
    """Tell whether a record has examples that convert for the version of the tables."""
    return "examples" in record.data and tables.holds(record)


def _worked(record: Record, tables: RuleTables) -> Iterator[str]:
    """Yield the first example of a rule, and what it becomes."""
    from mindconverter.cli.shown_examples import converted
    from mindconverter.verify.texts import rule_of

    rule = rule_of(record, tables) if _shows(record, tables) else None
    if rule is not None:
        example = rule.examples[0]
        given = [*example.inputs, *(f"{name}={value!r}" for name, value in example.attributes.items())]
        source = example.source or f"{rule.head}({', '.join(given)})"
        yield from _before_and_after(source, converted(rule, example, tables))


def _converted_script(source: str, tables: RuleTables) -> Iterator[str]:
    """Yield a script, what it becomes, and what the report says of it."""
    from mindconverter.source.convert import convert_source

    found = convert_source(source, tables=tables)
    yield from _before_and_after(source, found.code)
    yield from (f"The report says of `{item.source}`: {item.say}\n" for item in found.diagnostics if item.say)


def _converted_model(text: str, tables: RuleTables) -> Iterator[str]:
    """Yield a model in the text form of ONNX, what it becomes, and what the report says of it."""
    import onnx

    from mindconverter.graph.convert import convert_graph
    from mindconverter.graph.read_onnx.read import read_onnx

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        onnx.save(onnx.parser.parse_model(text), str(file))
        found = convert_graph(read_onnx(file, tables=tables), tables, "model", "The model.")
    yield from _before_and_after(text, found.script.text, language="text")
    yield from (f"The report says of `{item.source}`: {item.say}\n" for item in found.diagnostics if item.say)


def _own(table: str) -> Iterator[str]:
    """Yield a table of one's own with one rule, the rule's example, what that becomes, and what explains the rule."""
    from mindconverter.rules.tables import load_tables

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.yaml").write_text(table, encoding="utf-8")
        tables = load_tables([Path(folder)])
    record = next(record for record in reversed(tables.records) if record.kind == "rules")
    yield f"No shipped table needs it. In a table of one's own:\n\n```yaml\n{table.strip()}\n```\n"
    yield from _worked(record, tables)


def _before_and_after(source: str, result: str, language: str = "python") -> Iterator[str]:
    if result:
        yield f"```{language}\n{source.strip()}\n```\n\nbecomes\n\n```python\n{result.strip()}\n```\n"


def record_text(path: Path, line: int) -> str:
    """Return the text of the record that begins at a line of a rule file."""
    first, *rest = path.read_text("utf-8").splitlines()[line - 1 :]
    depth = len(first) - len(first.lstrip())
    body = itertools.takewhile(lambda text: len(text) - len(text.lstrip()) > depth, rest)
    return textwrap.dedent("\n".join([first, *body]))


def described(name: str) -> Iterator[str]:
    """Yield the lines that describe a public function or class: its signature, and the words of its docstring."""
    module, _, last = name.rpartition(".")
    value: Any = getattr(import_module(module), last)
    yield f"## `{last}`\n"
    if not inspect.isclass(value):
        signature = inspect.signature(value)
        parameters = [str(parameter) for parameter in signature.parameters.values()]
        kinds = [parameter.kind for parameter in signature.parameters.values()]
        if inspect.Parameter.KEYWORD_ONLY in kinds:
            parameters.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
        result = signature.return_annotation
        inner = "".join(f"    {_unquoted(parameter)},\n" for parameter in parameters)
        yield f"```python\n{last}(\n{inner}) -> {result}\n```\n"
    yield from _docstring(inspect.getdoc(value) or "")
    if inspect.isclass(value):
        for method, function in vars(value).items():
            if inspect.isfunction(function) and not method.startswith("_"):
                shown = _unquoted(str(inspect.signature(function))).replace("(self)", "()").replace("(self, ", "(")
                yield f"`.{method}{shown}`\n"
                yield from _docstring(inspect.getdoc(function) or "")


def _unquoted(signature: str) -> str:
    """Return a signature without the quotes around annotations."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature)


def _docstring(text: str) -> Iterator[str]:
    """Yield a docstring with its sections as lists."""
    in_section = False
    for line in text.splitlines():
        heading = re.fullmatch(r"(Args|Attributes|Returns|Raises):", line)
        item = re.fullmatch(r"    (\w+): (.*)", line)
        if heading:
            in_section = True
            yield f"**{heading[1].replace('Args', 'Arguments')}**\n"
        elif in_section and item:
            yield f"- `{item[1]}`: {item[2]}"
        else:
            yield line.replace("        ", "    ", 1) if in_section and line.startswith(" " * 8) else line.strip()
    yield ""
