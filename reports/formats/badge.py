"""The badge: what shields.io's endpoint badge asks for. It holds no word of a server."""

from collections.abc import Mapping
from typing import Any

from orderproof.reports.redaction.jsontext import json_text

_COLORS = {"conforming": "brightgreen", "non-conforming": "red", "partial": "orange", "void": "lightgrey"}


def render(record: Mapping[str, Any]) -> str:
    """The record as the JSON of an endpoint badge."""
    verdict, summary = record["verdict"], record["summary"]
    notes = [
        # A part of the catalogue must not pass for the whole.
        f"{len(record['rules'])} of {record['spec']['rules']} rules" if record["selection"] else "",
        f"{summary['fail']} broken" if summary["fail"] else "",
        f"{summary['waived']} waived" if summary["waived"] else "",
        "cut short" if record["cut_short"] else "",
    ]
    message = ", ".join([verdict, *filter(None, notes)])
    return json_text(
        {
            "schemaVersion": 1,
            "label": "order API",
            "message": message,
            "color": _COLORS[verdict],
            # Keeps the address of a badge from painting it green.
            "isError": verdict != "conforming",
        }
    )
