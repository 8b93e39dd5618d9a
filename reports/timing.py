"""How long the requests of each rule's checks took."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def seconds_by_rule(record: Mapping[str, Any]) -> dict[str, float]:
    """Seconds by rule, over all requests of its checks. A check of several rules counts for each of them."""
    by_check: dict[str, float] = defaultdict(float)
    for exchange in record["exchanges"]:
        by_check[exchange["check"]] += exchange["duration_s"]
    return {
        row["id"]: sum(by_check[name] for name in {one["check"] for one in row["checks"]}) for row in record["rules"]
    }


def started(record: Mapping[str, Any]) -> datetime:
    """When the run began, with its time zone."""
    return datetime.fromisoformat(record["started_at"])
