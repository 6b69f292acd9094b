"""R019: version ranges are ranges of the frameworks that rules know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.versions import parse_ranges


def _run(subject: Subject) -> Iterator[Problem]:
    known = (subject.tables.target_catalog.framework,)
    for file in subject.files:
        for record in file.sound:
            versions = record.data.get("versions")
            for framework, text in versions.items() if isinstance(versions, Mapping) else ():
                place = record.locate("versions", framework)
                if framework not in known:
                    message = f"Versions of {framework!r} do not choose rules."
                    yield Problem(place, message, f"Known is: {', '.join(known)}.")
                try:
                    parse_ranges(str(text))
                except ValueError as error:
                    yield Problem(place, f"{error}.", "Write comparisons such as '>=2.8,<2.10'.")


VERSION_RANGES = Check("R019", "Version ranges can be read", _run)
