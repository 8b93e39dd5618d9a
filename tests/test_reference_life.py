"""The reference server: an order is canceled, or its grace period extended."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from orderproof.conformance.reference.exchange import Call
from orderproof.conformance.reference.server import start
from orderproof.conformance.reference.store import Order
from tests.test_reference_server import Sandbox, is_problem


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


@pytest.mark.parametrize("note", [{}, {"note": None}, {"note": "a longer explanation"}])
def test_an_order_is_canceled_once(sandbox, note):
    values, other = sandbox.state("order-cancelable"), sandbox.state("order-cancelable")
    assert sandbox.status(values) == {"cancelable": True, "canceled": False, "is_safe": True}
    assert sandbox.cancel(values, {"reason": "Customer remorse"} | note).status == 200
    assert sandbox.status(values) == {"cancelable": False, "canceled": True, "is_safe": False}
    assert is_problem(sandbox.cancel(values, {"reason": "again"}), 400)
    assert is_problem(sandbox.extend(values), 412)
    assert sandbox.status(other)["cancelable"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": ""},
        {"reason": None},
        {"reason": 1},
        {"reason": "x", "note": 1},
        {"reason": "x", "note": []},
        {"note": "x"},
        [],
        "x",
        1,
        None,
        b"",
        b"{",
        b'{"reason": NaN}',
        b'{"reason": "\xff"}',
        b"[" * 100000,
    ],
)
def test_a_cancellation_that_is_none_leaves_the_order_alone(sandbox, body):
    values = sandbox.state("order-cancelable")
    if isinstance(body, bytes):
        path = f"/orders/{values['order_uuid']}/cancel?id_type=internal"
        assert is_problem(sandbox.request("POST", path, body, Content_Type="application/json"), 400)
    else:
        assert is_problem(sandbox.cancel(values, body), 400)
    assert sandbox.status(values)["cancelable"]
    assert sandbox.cancel(values, {"reason": "x"}).status == 200


def test_a_body_of_another_type_is_refused(sandbox):
    values = sandbox.state("order-cancelable")
    path = f"/orders/{values['order_uuid']}/cancel?id_type=internal"
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "nonsense"):
        assert is_problem(sandbox.request("POST", path, b'{"reason": "x"}', Content_Type=content_type), 415)
    assert (
        sandbox.request("POST", path, b'{"reason": "x"}', Content_Type="Application/JSON;charset=utf-8").status == 200
    )


@pytest.mark.parametrize("state", ["order-closed", "order-past-grace-period"])
def test_what_is_too_late_is_refused(sandbox, state):
    values = sandbox.state(state)
    before = sandbox.status(values)
    assert (before["cancelable"], before["canceled"]) == (False, False)
    assert is_problem(sandbox.cancel(values, {"reason": "x"}), 400)
    assert is_problem(sandbox.extend(values), 412)
    assert sandbox.status(values) == before


def test_unknown_orders_are_not_found(sandbox):
    values = {"order_uuid": str(uuid4())}
    assert is_problem(sandbox.cancel(values, {"reason": "x"}), 404)
    assert is_problem(sandbox.extend(values), 404)
    assert is_problem(sandbox.request("GET", f"/orders/{uuid4()}/cancel?id_type=internal"), 404)
    assert is_problem(sandbox.serials(values, [{"id": str(uuid4()), "serial_number": "x"}]), 404)


def test_an_extension_adds_exactly_15_minutes_to_the_timer(sandbox):
    values = sandbox.state("order-in-grace-period")
    due_at = datetime.fromisoformat(values["due_at"])
    for times in (1, 2, 3):
        answer = sandbox.extend(values)
        assert answer.status == 200
        assert datetime.fromisoformat(answer.json["due_at"]) == due_at + times * timedelta(minutes=15)


EXTENSIONS = 6


def extend_at_once(sandbox: Sandbox, values: dict[str, Any]) -> list[int]:
    """The statuses of six extensions of one order, none of which begins before the server has all of them."""
    decisions: Any = sandbox.running.decisions
    extend, all_are_there = decisions.extend, asyncio.Event()
    begun = itertools.count(1)

    async def extend_with_the_others(call: Call, order: Order) -> datetime:
        if next(begun) == EXTENSIONS:
            all_are_there.set()
        await all_are_there.wait()
        extended: datetime = await extend(call, order)
        return extended

    decisions.extend = extend_with_the_others
    try:
        with ThreadPoolExecutor(EXTENSIONS) as threads:
            answers = list(threads.map(lambda _: sandbox.extend(values), range(EXTENSIONS)))
    finally:
        del decisions.extend
    return sorted(answer.status for answer in answers)


def test_concurrent_extensions_lose_nothing(sandbox):
    values = sandbox.state("order-in-grace-period")
    due_at = datetime.fromisoformat(values["due_at"])
    assert extend_at_once(sandbox, values) == [200] + [409] * (EXTENSIONS - 1)
    following = datetime.fromisoformat(sandbox.extend(values).json["due_at"])
    assert following == due_at + 2 * timedelta(minutes=15)
