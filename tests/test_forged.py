"""Forged records, as a malicious vendor makes them: each edit with all that follows from it, and a fresh digest."""

import ast
import re
from pathlib import Path

import pytest

from orderproof.conformance import checks
from orderproof.conformance.runner.recorded_excuses import INAPPLICABLE
from orderproof.conformance.runner.scope import out_of_scope_of
from orderproof.conformance.traffic.verifying import verify
from orderproof.reports.digest import sealed
from tests import records
from tests.forging import acquit, forged, row, without

RECORD = records.consistent(target={"name": "a", "base_url": "http://acme.example/v0", "internal_base_url": None})


def _last(record):
    return record["exchanges"][-1]


def _set(**parts):
    return lambda record: _last(record).update(parts)


def _cut(record):
    _last(record)["response_body"].update(cut=True, bytes=9_000)


def _of_another_tenant(record):
    record["target"]["base_url"] = "http://other.example/v0"


def _internal(record):
    _last(record).update(operation="cancelLineItem", method="POST", url="http://acme.example/v0/line_item/1/cancel")


def _read_only(record):
    record["read_only"] = True
    _last(record).update(operation="createCancellation", method="POST")


def _came_to(outcome, reason):
    def edit(record):
        told = row(record, "GRA-2")
        told["findings"] = []
        told["checks"][0].update(outcome=outcome, reason=reason)

    return edit


def _without_its_feature(record):
    record["target"]["absent"] = ["external_oms"]
    row(record, "GRA-1")["checks"][0]["states"] = ["oms-order"]


def _sent_before(record):
    for one in record["exchanges"]:
        one["check"] = "test_x.py::test_it"
    _last(record)["started_at"] -= 60


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_set(waited=True), "without Retry-After asks nobody to wait"),
        (_set(dropped=True), "it was answered 200"),
        (_set(misdirected=True, only_proves=True), "only the requests that try a tenant can be"),
        (_set(allowed_5xx=[500]), "only 503 is"),
        (_cut, "the first 2000 are always kept"),
        (_of_another_tenant, "none of the 2 requests to this API went there"),
        (_internal, "target.internal_base_url is None"),
        (_read_only, "is no GET"),
        (_came_to("not-applicable", "the target has none"), "no such reason is known of this check"),
        (_came_to("not-applicable", "the target file has no internal_base_url"), None),
        (_without_its_feature, "the target is said to have no external_oms"),
        (lambda record: record.update(started_at="2026-03-01T00:00:00.000Z"), "its first request was sent"),
        (_sent_before, "exchanges of its check that stand before it were sent later"),
        (lambda record: row(record, "GRA-2").update(findings=[]), "no finding of it is there"),
    ],
)
def test_a_forgery_that_its_own_exchanges_contradict_is_refused(edit, told):
    assert verify(forged(RECORD, lambda record: None)).disagreements == []

    found = [str(one) for one in verify(forged(RECORD, edit)).disagreements]

    # The reason itself may be a right one, where the target is as it says.
    assert found == [] if told is None else [one for one in found if told in one], found


@pytest.mark.parametrize(("minutes", "is_found"), [(15, False), (10, True)])
def test_a_check_did_not_pass_that_its_own_requests_contradict(minutes, is_found):
    sent = [
        records.exchange(
            method="POST",
            url="http://acme.example/v0/orders/c2569449-1d0d-4ca5-8d00-d80c38d5efcb/_extend_grace_period?id_type=internal",
            operation="createGracePeriod",
            started_at=1_767_323_046.0 + at,
            response_body=b'{"due_at": "2026-01-02T04:%02d:00Z"}' % (at * minutes),
        )
        for at in range(2)
    ]
    outcomes = [records.outcome("GRA-1", exchanges=sent, passive=records.passively(*sent))]
    record = records.record(outcomes, out_of_scope=out_of_scope_of(None, (), read_only=False))

    found = verify(sealed(record))

    told = ["GRA-1: what test_x.py::test_it came to is pass, but exchange 1 proves it broken: POST "]
    assert [str(one)[: len(told[0])] for one in found.disagreements] == (told if is_found else [])
    assert found.figures.ordered == 1


# What no judge of a record can notice: see "What that proves, and what not" in docs/for-release-managers.md.
@pytest.mark.parametrize(
    "edit",
    [
        lambda record: acquit(record, "GRA-2"),
        _came_to("inconclusive", "the order was changed by somebody else"),
        lambda record: without(acquit(record, "GRA-2"), {1}),
        lambda record: record["target"].update(name="somebody else"),
    ],
)
def test_what_only_a_check_knew_cannot_be_proven(edit):
    assert verify(forged(RECORD, edit)).disagreements == []


def _reasons():
    """The literal reasons for which checks do not apply, with the module that says so."""
    for path in sorted(Path(checks.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if not isinstance(node, ast.Call):
                continue
            traits = [one.value for one in node.keywords if one.arg == "trait"]
            for one in traits or (node.args if name == "NotApplicable" else ()):
                if isinstance(one, ast.Constant):
                    yield path.stem, f"{one.value}, as 3 orders show" if traits else one.value


def test_every_reason_for_which_a_check_does_not_apply_is_known():
    found = list(_reasons())

    assert len(found) >= 10
    for module, reason in found:
        known = [one for one in INAPPLICABLE if re.fullmatch(one.reason, reason)]
        own = [one for one in known if re.fullmatch(one.modules, module.removeprefix("test_"))]
        assert known or reason == "the target file has no internal_base_url", reason
        assert own or not module.startswith("test_") or reason == "the target file has no internal_base_url", module
