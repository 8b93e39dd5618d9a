"""The pool of states: what it lends to whom, and what a check did to what it gives back."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.managers import Server

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.config.state_kinds import (
    CANCELED,
    EXTENDED,
    ITEM_CANCELED,
    ITEM_CANCELED_INTERNALLY,
    NUMBERED,
    STATES,
)
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.kit.effects import effects_on
from orderproof.conformance.states.pool import Contended, Demand, Kept, Pool, serves
from orderproof.conformance.states.shared_pool import connected, served
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange


def order(name: str = "1", items: int = 2, **more):
    uuids = [f"{name}-{index}" for index in range(items)]
    return {"order_uuid": f"uuid-{name}", "order_id": f"id-{name}", "customer_id": "c", "item_uuids": uuids, **more}


def made(name: str, values, **more) -> Kept:
    return Kept(State(name, {}, values, "callback"), time.time(), **more)


def lists(**entries) -> Pool:
    return Pool({name.replace("_", "-"): listed for name, listed in entries.items()})


def lend(pool: Pool, name: str, *, holder: str = "a", **params) -> Kept:
    defaults = {key: value for key, value in STATES[name].params.items() if value is not None}
    found = pool.lend(Demand(name, {**defaults, **params}), holder)
    assert found is not None
    return found


class TestLists:
    def test_an_order_is_lent_once_at_a_time_whichever_list_it_stands_in(self):
        pool = lists(order=[order("1"), order("2")], order_cancelable=[order("1"), order("3")])
        names = ("order", "order-cancelable", "order")
        assert [lend(pool, name).subject for name in names] == ["uuid-1", "uuid-3", "uuid-2"]
        with pytest.raises(StateUnavailable, match=r"all 2 orders with at least 2 items under states\.order are used"):
            lend(pool, "order")

    def test_an_entry_serves_as_what_reading_shows_it_to_be(self):
        pool = lists(
            order_cancelable=[order("1")],
            order_with_preordered_item=[order("2", item_uuid="2-0", other_item_uuid="2-1")],
        )
        assert lend(pool, "order-in-grace-period").subject == "uuid-1"
        assert lend(pool, "order").subject == "uuid-2"
        # What has to be set up is not had from a list.
        assert pool.lend(Demand("order-in-grace-period", {}), "a") is None

    def test_only_an_entry_that_fits_is_lent(self):
        pool = lists(order=[order("small", 1), order("large", 5)])
        assert lend(pool, "order", items=3).subject == "uuid-large"
        with pytest.raises(StateUnavailable, match=r"states\.order lists no order with at least 9 items; add one"):
            lend(pool, "order", items=9)
        assert lend(pool, "order", items=1).subject == "uuid-small"

    def test_a_status_is_asked_for(self):
        pool = lists(order_with_terminal_preordered_item=[order(item_uuid="1-0", status="fulfilled")])
        with pytest.raises(StateUnavailable, match="lists no order with status canceled"):
            lend(pool, "order-with-terminal-preordered-item", status="canceled")
        assert lend(pool, "order-with-terminal-preordered-item", status="fulfilled").state.item_uuid == "1-0"

    def test_an_entry_that_tells_no_status_is_for_those_who_ask_for_none(self):
        pool = lists(order_with_terminal_preordered_item=[order(item_uuid="1-0")])
        with pytest.raises(StateUnavailable, match="lists no order with status complete"):
            lend(pool, "order-with-terminal-preordered-item", status="complete")
        assert lend(pool, "order-with-terminal-preordered-item").state.item_uuid == "1-0"

    def test_an_empty_list_and_no_list(self):
        with pytest.raises(StateUnavailable, match=r"the list under states\.order is empty"):
            lists(order=[]).lend(Demand("order", {}), "a")
        assert lists(order=[]).lend(Demand("order-closed", {}), "a") is None

    def test_an_entry_that_another_process_has_is_waited_for(self):
        pool = lists(order=[order("1")])
        kept = lend(pool, "order")
        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(lend, pool, "order", holder="b")
            pool.give_back(kept)
            assert waiting.result().subject == "uuid-1"

    def test_of_two_that_wait_for_each_other_one_starts_again(self):
        pool = lists(order=[order("1")], order_closed=[order("2")])
        has = {"a": lend(pool, "order", holder="a"), "b": lend(pool, "order-closed", holder="b")}

        def ask(holder: str, name: str) -> str:
            try:
                pool.give_back(lend(pool, name, holder=holder))
            except Contended:
                pool.give_back(has[holder])
                return "starts again"
            pool.give_back(has[holder])
            return "was lent both"

        with ThreadPoolExecutor() as threads:
            ended = list(threads.map(ask, "ab", ("order-closed", "order")))
        assert sorted(ended) == ["starts again", "was lent both"]


class TestReuse:
    def test_what_is_given_back_is_lent_again_with_what_was_done_to_it(self):
        pool = Pool()
        assert pool.lend(Demand("order", {}), "a") is None
        pool.give_back(made("order", order(), done=frozenset({NUMBERED}), checks=("x",)))
        kept = lend(pool, "order")
        assert (kept.done, kept.checks) == ({NUMBERED}, ("x",))
        assert pool.lend(Demand("order", {}), "a") is None

    @pytest.mark.parametrize(
        ("demand", "is_lent"),
        [
            (Demand("order", {"items": 2}), True),
            (Demand("order", {"items": 3}), False),
            (Demand("order", {}, is_fresh=True), False),
            (Demand("order", {}, is_unchanged=True), False),
            (Demand("order", {}, busy=("uuid-1",)), False),
            (Demand("order", {"customer_id": "c"}), True),
            (Demand("order", {"customer_id": "d"}), False),
            (Demand("order-closed", {}), False),
        ],
    )
    def test_only_what_serves_is_lent(self, demand, is_lent):
        kept = made("order", order(), done=frozenset({EXTENDED}), checks=("x",))
        assert serves(kept, demand) is is_lent

    def test_a_richer_state_serves_a_plainer_demand_and_not_the_other_way_round(self):
        assert serves(made("order-in-grace-period", order()), Demand("order-cancelable", {}))
        assert not serves(made("order-cancelable", order()), Demand("order-in-grace-period", {}))
        elsewhere = made("order-cancelable", order(base_url="https://other.example/v0"))
        assert serves(elsewhere, Demand("order-cancelable", {}))
        assert not serves(elsewhere, Demand("order", {}))

    def test_a_history_of_many_pages_does_not_serve_whoever_wants_three_orders(self):
        def customer(count: int) -> Kept:
            return made("customer-with-orders", {"customer_id": "c", "order_ids": [str(one) for one in range(count)]})

        three = Demand("customer-with-orders", {"orders": 3})
        assert [serves(customer(count), three) for count in (2, 3, 12, 51)] == [False, True, True, False]

    def test_a_grace_period_that_ends_soon_serves_nobody(self):
        now = datetime.now(UTC)
        left = [(now + timedelta(minutes=minutes)).isoformat() for minutes in (5, 15)]
        soon, later = (made("order-in-grace-period", order(due_at=due_at)) for due_at in left)
        unknown = made("order-in-grace-period", order())
        aged = replace(unknown, since=time.time() - 600)
        demand = Demand("order-in-grace-period", {})
        assert [serves(one, demand) for one in (soon, later, unknown, aged)] == [False, True, True, False]

    def test_all_states_of_an_order_go_with_it(self):
        pool = Pool()
        pool.give_back(made("order", order()))
        pool.give_back(made("order-cancelable", order()))
        kept = lend(pool, "order-cancelable")
        assert pool.lend(Demand("order", {}), "b") is None
        assert [one.name for one in pool.drop(kept)] == ["order"]
        assert pool.lend(Demand("order", {}), "b") is None

    def test_one_that_was_used_up_is_lent_to_who_wants_just_that(self):
        pool = Pool()
        pool.give_back(made("order-cancelable", order(), done=frozenset({CANCELED, EXTENDED})))
        assert pool.lend(Demand("order-cancelable", {}), "a") is None
        assert pool.lend(Demand("order-cancelable", {}, after=ITEM_CANCELED), "a") is None
        kept = pool.lend(Demand("order-cancelable", {}, after=CANCELED), "a")
        assert kept is not None
        assert kept.subject == "uuid-1"

    def test_a_customer_whose_orders_became_more_is_lent_no_more(self):
        pool = Pool()
        pool.give_back(made("customer-with-orders", {"customer_id": "c", "order_ids": ["1", "2", "3"]}))
        pool.give_back(made("order", order()))
        assert [one.name for one in pool.drop_customer("c")] == ["customer-with-orders"]
        assert lend(pool, "order").subject == "uuid-1"

    def test_what_is_left_is_torn_down_and_no_list(self):
        pool = lists(order=[order("1")])
        pool.give_back(made("order", order("2")))
        assert [one.values["order_uuid"] for one in pool.drain()] == ["uuid-2"]
        assert lend(pool, "order").subject == "uuid-1"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_no_order_is_lent_to_two(steps):
    pool = lists(order=[order(str(one)) for one in range(4)], order_cancelable=[order("2"), order("9")])
    lent: list[Kept] = []
    for holder, gives_back in steps:
        if gives_back and lent:
            pool.give_back(lent.pop(0))
        elif len(lent) < 4:
            lent.append(lend(pool, "order", holder=holder))
        subjects = [one.subject for one in lent]
        assert len(set(subjects)) == len(subjects)


def test_one_pool_serves_every_process():
    pool = lists(order=[order("1"), order("2")])
    with served(pool) as at:
        first, second = connected(at), connected(at)
        taken = [lend(one, "order", holder=str(number)) for number, one in enumerate((first, second))]
        assert [one.subject for one in taken] == ["uuid-1", "uuid-2"]
        first.give_back(replace(taken[0], checks=("x",)))
        assert lend(second, "order").checks == ("x",)
        with pytest.raises(StateUnavailable, match="add one"):
            lend(second, "order", items=9)


def sent(method: str, path: str, operation: str | None, status: int | None, body: bytes = b"") -> Exchange:
    url = f"https://a.example/v0{path}"
    return Exchange(method, url, [], None, 0.0, operation, status, [], body)


EXTENSION = ("POST", "/orders/uuid-1/_extend_grace_period?id_type=internal", "createGracePeriod")
CANCELLATION = ("POST", "/orders/id-1/cancel?id_type=external", "createCancellation")
PRICES = ("POST", "/orders/uuid-1/prices", "createPriceInformationForItems")


@pytest.mark.parametrize(
    ("request_", "status", "done"),
    [
        (EXTENSION, 200, {EXTENDED}),
        (EXTENSION, 412, set()),
        (EXTENSION, 500, None),
        (EXTENSION, None, None),
        (CANCELLATION, 200, {CANCELED}),
        (CANCELLATION, 429, set()),
        (PRICES, 500, set()),
        (("PATCH", "/orders/uuid-1/serial_numbers", "updateSalesOrderSerialNumbers"), 204, {NUMBERED}),
        (("PUT", "/orders/uuid-1/serial_numbers", "updateSalesOrderSerialNumbers"), 204, None),
        (("POST", "/orders/uuid-1/items/1-0/cancel", "createLineItemCancellation"), 200, {ITEM_CANCELED}),
        (("POST", "/line_item/1-1/cancel", "cancelLineItem"), 200, {ITEM_CANCELED_INTERNALLY}),
        (("POST", "/orders/uuid-2/cancel", "createCancellation"), 200, set()),
        # Accepted for an id that nobody gave: who knows which order that was.
        (("POST", "/orders/uuid-/cancel", "createCancellation"), 200, None),
        (("POST", "/orders/uuid-/cancel", "createCancellation"), 404, set()),
        (("DELETE", "/orders/uuid-1", None), 200, None),
        (("GET", "/orders/uuid-1", "showSalesOrderByIdAndIdType"), 500, set()),
    ],
)
def test_what_was_done_to_an_order_is_read_from_the_answers(request_, status, done):
    states = [State("order", {}, order("1")), State("order", {}, order("2"))]
    effects = effects_on(states[0], states, [sent(*request_, status)])
    assert (effects.done if effects else None) == done


def test_the_due_at_of_a_state_follows_the_extensions():
    state = State("order-in-grace-period", {}, order(due_at="2026-01-01T00:00:00Z"))
    answers = [b'{"due_at": "2026-01-01T00:15:00Z"}', b'{"due_at": "2026-01-01T00:30:00Z"}']
    both = effects_on(state, [state], [sent(*EXTENSION, 200, body) for body in answers])
    assert both is not None
    assert both.state.due_at == "2026-01-01T00:30:00Z"
    unread = effects_on(state, [state], [sent(*EXTENSION, 200, b"<html>")])
    assert unread is not None
    assert "due_at" not in unread.state.values


class TestWaiting:
    """A state that another process has or makes is waited for, where that is sooner than to make one."""

    def wants(self, name="order", waits=30.0, **params):
        return Demand(name, {"items": 2, **params}, waits=waits)

    def test_what_another_process_makes_is_waited_for(self):
        pool = Pool()
        assert pool.lend(self.wants(), "a") is None
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(pool.lend, self.wants(), "b")
            wait_until(lambda: "b" in pool._waiting)
            pool.give_back(made("order", order("1")))
            found = waiting.result(timeout=20)
        assert found is not None
        assert found.subject == "uuid-1"

    def test_what_would_not_serve_is_not_waited_for(self):
        pool = Pool()
        assert pool.lend(self.wants(), "a") is None
        assert pool.lend(self.wants(items=5), "b") is None
        assert pool.lend(self.wants("order-closed"), "c") is None
        assert pool.lend(self.wants(waits=0.0), "d") is None

    def test_who_waits_is_not_waited_for(self):
        pool = Pool()
        pool.give_back(made("order", order("1")))
        lend(pool, "order", holder="a")
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(pool.lend, self.wants("order-closed", waits=0.0), "a")
            assert waiting.result(timeout=20) is None
            late = threads.submit(pool.lend, self.wants(), "b")
            wait_until(lambda: "b" in pool._waiting)
            # Who waits makes nothing that a third could wait for.
            assert pool.lend(self.wants("order-cancelable"), "c") is None
            pool.give_back(made("order", order("2")))
            assert late.result(timeout=20) is not None


def wait_until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline


def test_what_no_worker_refers_to_is_still_shared(monkeypatch):
    """A manager forgets it otherwise, in two steps, and a worker that begins between them finds nothing."""
    are_left = []
    decref = Server.decref

    def watched(self, connection, ident):
        decref(self, connection, ident)
        are_left.append((self.address, ident in self.id_to_refcount))

    monkeypatch.setattr(Server, "decref", watched)
    with served(Pool()) as at:
        pool = connected(at)
        pool.drain()
        del pool
        # What an earlier test left behind, with a server of its own, may be forgotten now.
        own = [is_left for address, is_left in are_left if os.fsdecode(address) == os.fsdecode(at[0])]
        assert len(own) > 1
        assert all(own)
