"""The badge: JSON for an endpoint badge of shields.io. It quotes nothing that a server sent."""

from collections.abc import Mapping
from typing import Any

from orderproof.reports.redaction.jsontext import json_text

_COLORS = {"conforming": "brightgreen", "non-conforming": "red", "partial": "orange", "void": "lightgrey"}


def render(record: Mapping[str, Any]) -> str:
    """The record as the JSON of an endpoint badge."""
    verdict, summary = record["verdict"], record["summary"]
    notes = [
        # A run of selected rules must not look like a run of the whole catalogue.
        f"{len(record['rules'])} of {record['spec']['rules']} rules" if record["selection"] else "",
        "read-only" if "read_only" in record else "",
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
            # So that the badge's URL cannot override the colour with green.
            "isError": verdict != "conforming",
        }
    )
