"""Render diagnostics as a page that stands alone: counts, the findings with a filter, and the script."""

from __future__ import annotations

import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from mindconverter.report.counts import count_outcomes
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.report import Report

# From what weighs most to what weighs least: a line of the script has the colour of its first.
_ORDER = (
    Outcome.UNCONVERTED,
    Outcome.REVIEW,
    Outcome.WARNED,
    Outcome.CONVERTED,
    Outcome.INSERTED,
    Outcome.NOTE,
)
_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25em .6em; border-bottom: 1px solid #ddd; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre a { display: inline-block; width: 4em; color: #888; text-decoration: none; }
.unconverted td:first-child, mark.unconverted { background: #f8c9c5; }
.review td:first-child, mark.review { background: #fbe5b6; }
.warned td:first-child, mark.warned { background: #fff6c9; }
.converted td:first-child, mark.converted { background: #d5f0d3; }
label { margin-right: 1.5em; }
$hidden
</style>
</head>
<body>
<h1>$title</h1>
<p>$summary</p>
<p id="filter">$filters</p>
<table>
<thead><tr><th>Status</th><th>Place</th><th>Source</th><th>Target</th><th>What to know</th></tr></thead>
<tbody>
$rows
</tbody>
</table>
<h2>$shown</h2>
<pre>$script</pre>
<script>
for (const box of document.querySelectorAll("#filter input")) {
  const show = () => document.body.classList.toggle("without-" + box.value, !box.checked);
  box.addEventListener("change", show);
  show();
}
</script>
</body>
</html>
""")


def render_html(report: Report) -> str:
    """Return a report as a page of HTML that needs no other file."""
    found = sorted(report.diagnostics, key=lambda item: (item.line, item.column))
    present = [outcome for outcome in _ORDER if any(item.outcome is outcome for item in found)]
    return _PAGE.substitute(
        title=escape(f"Conversion of {report.file}"),
        summary=escape(_summary(report)),
        hidden="\n".join(f".without-{_name(each)} tr.{_name(each)} {{ display: none; }}" for each in present),
        filters=" ".join(_filter(each, sum(item.outcome is each for item in found)) for each in present),
        rows="\n".join(map(_row, found)),
        shown=escape(str(report.shown)),
        script="".join(_script(report.shown, found)),
    )


def _name(outcome: Outcome) -> str:
    return outcome.name.lower()


def _summary(report: Report) -> str:
    counts = count_outcomes(report.diagnostics)
    share = "nothing to convert" if counts.share is None else f"{100 * counts.share:.1f} % converted"
    return (
        f"For {report.target}: {counts.converted} converted, {counts.warned} of them with a warning, "
        f"{counts.review} to be reviewed, {counts.unconverted} left ({share})."
    )


def _filter(outcome: Outcome, count: int) -> str:
    box = f'<input type="checkbox" value="{_name(outcome)}" checked>'
    return f"<label>{box} {escape(outcome.value)} ({count})</label>"


def _row(item: Diagnostic) -> str:
    place = f'<a href="#L{item.line}">{item.line}:{item.column}</a>' if item.line else ""
    origin = " ".join(part for part in (item.node, item.rule) if part)
    cells = (
        escape(item.outcome.value),
        place,
        f"<code>{escape(item.source)}</code>",
        f"<code>{escape(item.target)}</code>",
        escape(item.say) + (f" <small>{escape(origin)}</small>" if origin else ""),
    )
    return f'<tr class="{_name(item.outcome)}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _script(path: Path, found: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield the lines of the script, those with findings marked and with what was found as their titles."""
    by_line: Mapping[int, list[Diagnostic]] = defaultdict(list)
    for item in found:
        by_line[item.line].append(item)
    for number, line in enumerate(_lines(path), 1):
        here = by_line.get(number, [])
        code = escape(line)
        if here:
            worst = min(here, key=lambda item: _ORDER.index(item.outcome))
            title = escape("\n".join(_told(item) for item in here))
            code = f'<mark class="{_name(worst.outcome)}" title="{title}">{code}</mark>'
        yield f'<a id="L{number}" href="#L{number}">{number}</a>{code}\n'


def _told(item: Diagnostic) -> str:
    return f"{item.source}: {item.outcome.value}{f' to {item.target}' if item.target else ''}. {item.say}".strip()


def _lines(path: Path) -> list[str]:
    try:
        with tokenize.open(path) as file:  # by the encoding that the script says
            return file.read().splitlines()
    except (SyntaxError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
