"""The formats in which a record can be written, by the name that `--report FORMAT=PATH` takes."""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

STDOUT = "-"
"""The file name that means standard output."""


class Format(NamedTuple):
    """One format: its default file name, and the module of `reports` that makes it.

    The module has one function, `render(record) -> str`: pure, and imported only when its format is asked for.
    """

    file_name: str
    module: str


FORMATS: Mapping[str, Format] = {
    "json": Format("report.json", "redaction.jsontext"),
    "html": Format("report.html", "page"),
    "junit": Format("junit.xml", "formats.junit"),
    "ctrf": Format("ctrf-report.json", "formats.ctrf"),
    "sarif": Format("results.sarif", "formats.sarif"),
    "har": Format("traffic.har", "formats.har"),
    "summary": Format("summary.md", "formats.summary"),
    "badge": Format("badge.json", "formats.badge"),
    "intoto": Format("test-result.intoto.json", "formats.intoto"),
    # A CI runner looks for its commands only in the output of a step.
    "annotations": Format(STDOUT, "formats.annotations"),
}


SAYING_VERIFIED = ("html", "junit")
"""The formats that say whether the record was verified: their `render` takes that as well."""


def render(name: str, record: Mapping[str, Any], verified: str | None = None) -> str:
    """A record, as `orderproof.reports.reading.read` returns it, as the text of a format.

    `verified` says whether the record was verified; None where nobody did.
    """
    module = importlib.import_module(f"orderproof.reports.{FORMATS[name].module}")
    text: str = module.render(record, verified) if name in SAYING_VERIFIED else module.render(record)
    return text
