"""Every way in which a record can be incomplete: its file's content, and the words that its refusal has."""

import json
from collections.abc import Callable
from typing import Any

from tests.records import GATING, RULES, all_kept, broken, record, row

RULE = GATING[0].id
WHOLE = json.dumps(record(all_kept()))
BROKEN = json.dumps(broken(RULE))


def changed(**changes: Any) -> str:
    """A whole record with other values."""
    return json.dumps({**json.loads(WHOLE), **changes})


def with_rows(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], **changes: Any) -> str:
    """A record of a broken rule whose rows are changed."""
    made = json.loads(BROKEN)
    return json.dumps({**made, "rules": change(made["rules"]), **changes})


def with_finding(**changes: Any) -> str:
    """A record of a broken rule whose finding is changed."""
    made = json.loads(BROKEN)
    row(made, RULE)["findings"][0].update(changes)
    return json.dumps(made)


def lied(**changes: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Changes the row of the broken rule."""
    return lambda rows: [{**one, "verdict": "pass", **changes} if one["id"] == RULE else one for one in rows]


INCOMPLETE: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank": (" \n", "is empty"),
    "truncated": (WHOLE[: len(WHOLE) // 2], "is not valid JSON"),
    "no JSON": ("<html>", "is not valid JSON"),
    "too deep": ("[" * 200_000, "is not valid JSON"),
    "another JSON": ("[]", "is not the record of a run"),
    "no schema": ("{}", "is not the record of a run"),
    "another schema": (changed(schema="orderproof.report/2"), "has the schema 'orderproof.report/2'"),
    "nothing but a schema": ('{"schema": "orderproof.report/1"}', "does not match its schema"),
    "a wrong type": (changed(requests="many"), "does not match its schema at requests"),
    "an unknown key": (changed(more=1), "does not match its schema"),
    "cut short": (changed(cut_short="interrupted: 1 of 2 checks were not run"), "the run was cut short (interrupted"),
    "shard": (changed(shard=[1, 2]), "is shard 1 of 2; merge the shards first"),
    "another verdict": (
        with_rows(list, verdict="conforming"),
        "its verdict is conforming, but its rules say non-conforming",
    ),
    "another summary": (
        with_rows(list, summary=json.loads(WHOLE)["summary"]),
        "its verdict is non-conforming, but its",
    ),
    "a rule that changed": (with_rows(lied()), f"says that {RULE} is kept"),
    "a rule without evidence": (with_rows(lied(findings=[], checks=[])), f"says that {RULE} is kept"),
    "no rules": (changed(rules=[]), f"holds 0 of the catalogue's {len(RULES)} rules"),
    "a rule too few": (with_rows(lambda rows: rows[1:]), f"holds {len(RULES) - 1} of"),
    "a rule for another": (
        with_rows(lambda rows: [{**rows[0], "id": "ORD-999"}, *rows[1:]]),
        f"lacks the rule {RULES[0].id}",
    ),
    "a rule of a selection": (
        with_rows(lambda rows: [one for one in rows if one["id"].startswith("GRA-")][1:], selection=["GRA-*"]),
        "lacks the rule GRA-1",
    ),
    "lost exchanges": (changed(exchanges=[]), "holds 0 of its"),
    "exchanges in another sequence": (changed(exchanges=json.loads(WHOLE)["exchanges"][::-1]), "out of order"),
    "evidence that is not there": (with_finding(exchanges=[9_999]), f"a finding of {RULE} names exchange 9999"),
    "a step that is not there": (
        with_finding(story=[{"text": "cancel", "answer": "200", "exchange": 9_999}]),
        f"a finding of {RULE} names exchange 9999",
    ),
    "no time": (changed(started_at="yesterday"), "does not match its schema at started_at"),
    "no number": (changed(duration_s=float("inf")), "report.json"),
    "a rule twice": (with_rows(lambda rows: [*rows[1:], rows[1]]), "holds a rule twice"),
    "no text": (b"\xff\xfe", "is not UTF-8 text"),
    "half a surrogate": (changed(missing_states={"\ud800": "x"}), "report.json"),
}
