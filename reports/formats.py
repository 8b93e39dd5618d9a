"""The formats that a record can be written in, by the name that `--report FORMAT=PATH` takes."""

import json
from collections.abc import Callable, Mapping
from typing import Any


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _html(record: Mapping[str, Any]) -> str:
    # Jinja2 takes its time to load, and most commands write no page.
    from reports.page import render

    return render(record)


FORMATS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"json": _json, "html": _html}
