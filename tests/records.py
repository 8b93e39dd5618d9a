"""Records for tests, built as a run builds them: from what checks came to."""

import base64
import pickle
from dataclasses import replace
from datetime import date
from typing import Any

from orderproof.conformance.runner.in_passing import judged_in_passing
from orderproof.conformance.runner.scope import out_of_scope_of
from orderproof.conformance.transport.exchange import Exchange
from orderproof.reports.outcome import Outcome, PassiveResult
from orderproof.reports.record import Run, build
from orderproof.reports.waivers import Waiver, apply
from orderproof.spec.catalogue import Rule, catalogue, is_selected

RULES = tuple(catalogue().values())
GATING = [rule for rule in RULES if rule.gates and not rule.passive]
ADVISORY = [rule for rule in RULES if not rule.gates and not rule.passive]
PASSIVE_RULES = [rule for rule in RULES if rule.passive]


def exchange(**parts: Any) -> dict[str, Any]:
    """An exchange as a check hands it over; bodies are given as bytes."""
    request_body, response_body = parts.pop("request_body", None), parts.pop("response_body", b"{}")
    return {
        "method": "GET",
        "url": "http://acme.example/v0/orders/1",
        "request_headers": [["Accept", "application/json"], ["Authorization", "Bearer hunter2-token"]],
        "request_body": None if request_body is None else base64.b64encode(request_body).decode(),
        "started_at": 1_700_000_000.0,
        "operation": None,
        "status": 200,
        "response_headers": [["Content-Type", "application/json"]],
        "response_body": base64.b64encode(response_body).decode(),
        "duration": 0.01,
        "error": None,
        "waited": False,
        "allowed_5xx": [],
        "dropped": False,
        "repeats": False,
        **parts,
    }


def outcome(*rules: str, result: str = "pass", check: str = "test_x.py::test_it", **parts: Any) -> Outcome:
    """What a check came to; a failed one has a finding about all its exchanges."""
    exchanges = parts.pop("exchanges", [exchange()])
    finding = {
        "message": "GET /orders/1 was answered 200, not 404",
        "expected": "404",
        "observed": "200 {}",
        "exchanges": list(range(len(exchanges))),
        "decisive": len(exchanges) - 1 if exchanges else None,
    }
    return Outcome(
        **{
            "check": check,
            "rules": rules,
            "result": result,
            "reason": "" if result == "pass" else f"because of {result}",
            "findings": ({**finding, **parts.pop("finding", {})},) if result == "fail" else (),
            "exchanges": tuple(exchanges),
            "states": ("order",),
            **parts,
        }
    )


def all_kept(*but: str) -> list[Outcome]:
    """Outcomes in which every rule but some is kept: floors reached, passive rules seen."""
    seen = {rule.id: {"judged": rule.floor, "findings": []} for rule in PASSIVE_RULES if rule.id not in but}
    outcomes = [
        outcome(rule.id, check=f"test_{rule.area.lower()}.py::test_{rule.id}", exchanges=[exchange()] * rule.floor)
        for rule in RULES
        if rule.id not in but
    ]
    return [replace(outcomes[0], passive=seen), *outcomes[1:]]


def record(outcomes: list[Outcome], rules: tuple[Rule, ...] = RULES, **run: Any) -> dict[str, Any]:
    """The record of a run with these outcomes."""
    settings: dict[str, Any] = {
        "version": "0.2.0",
        "target": {"name": "acme", "base_url": "http://acme.example/v0", "internal_base_url": None},
        "started_at": "2026-01-02T03:04:05.678Z",
        "duration_s": 1.5,
        "seed": 1,
        "profile": "default",
        "secrets": frozenset({"hunter2-token"}),
        **run,
    }
    # A copy that shares nothing with the catalogue, in a third of the time that `deepcopy` takes.
    return pickle.loads(pickle.dumps(build(Run(**settings), rules, outcomes)))


def consistent(**run: Any) -> dict[str, Any]:
    """A record of two checks, one of which failed, that verifies: each answer was validated in passing."""
    selection = run.get("selection", ())
    rules = tuple(rule for rule in RULES if is_selected(rule.id, selection))
    # A second after the run began.
    parts = {"started_at": 1_767_323_046.678, "operation": "showCancellationStatus"}
    sent = exchange(url="http://acme.example/v0/orders/1/cancel", **parts)
    passive = passively(sent)
    outcomes = [
        outcome("GRA-1", exchanges=[sent], passive=passive),
        outcome("GRA-2", exchanges=[sent], passive=passive, result="fail", check="test_y.py::test_it"),
    ]
    left_out = out_of_scope_of(None, (), read_only=run.get("read_only", False))
    return record(outcomes, rules, out_of_scope=left_out, **run)


def passively(*exchanges: dict[str, Any]) -> dict[str, PassiveResult]:
    """What passive validation says of exchanges."""
    return judged_in_passing([Exchange.from_dict(one) for one in exchanges])


def broken(*rules: str, **run: Any) -> dict[str, Any]:
    """The record of a run that found these rules broken and every other kept."""
    checks = [outcome(rule, result="fail", check=f"test_x.py::test_{rule}") for rule in rules]
    return record([*all_kept(*rules), *checks], **run)


def row(of: dict[str, Any], rule_id: str) -> dict[str, Any]:
    return next(one for one in of["rules"] if one["id"] == rule_id)


def large(rules: int, *, findings: int = 400) -> dict[str, Any]:
    """A record of many made-up rules, about `findings` of them broken, each seen by a check of its own."""
    every = max(1, rules // findings)
    made = [_made_up(number) for number in range(rules)]
    results = {1: "not-run", 2: "inconclusive"}
    outcomes = [
        outcome(
            rule.id,
            result="fail" if number % every == 0 else results.get(number % 97, "pass"),
            check=f"test_large.py::test_{number}",
        )
        for number, rule in enumerate(made)
    ]
    built = record(outcomes, tuple(made))
    built["spec"]["rules"] = rules
    return built


def _made_up(number: int) -> Rule:
    like = RULES[number % len(RULES)]
    # Ids above those that the catalogue has, with areas that it knows.
    return replace(like, id=f"{like.area}-{1000 + number}", title=f"{like.title} ({number})", passive=None, floor=1)


def waived(made: dict[str, Any], *rules: str) -> dict[str, Any]:
    """The record with waivers for these rules, which hold."""
    waivers = [Waiver(rule, "being mended", "ACME-1", "jo", date(2026, 12, 1)) for rule in rules]
    return apply(made, waivers, date(2026, 6, 1))[0]
