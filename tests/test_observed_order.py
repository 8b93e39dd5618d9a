"""An order's life as checks begin it: what its provider state promises, in whatever sequence it names the items."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.checks.stateful.observed_order import ORDINARY, PREORDERED, ObservedOrder
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.model.order import CancelLine, Number, ReadOrder, Reply, follow
from orderproof.conformance.states.sources import State
from orderproof.strategies.texts import of_item

ITEMS = ["item-a", "item-b", "item-c", "item-d"]


def nobody(*_: object, **__: object) -> None:
    raise AssertionError("nothing is sent")


@given(st.permutations(ITEMS), st.permutations(ITEMS))
def test_the_preordered_item_is_the_first_wherever_the_state_names_it(item_uuids, named):
    values = {"item_uuids": item_uuids, "item_uuid": named[0], "other_item_uuid": named[1]}
    state = State("order-with-preordered-item", {}, values)
    life = ObservedOrder(Orders(nobody, {}, {}, lambda: None), state)
    known = life.known

    assert life.items[PREORDERED] == named[0]
    assert life.items[ORDINARY] == named[1]
    assert sorted(life.items) == ITEMS
    # The model agrees on which is which.
    assert follow(known, CancelLine(PREORDERED), Reply(200))
    assert not follow(known, CancelLine(PREORDERED), Reply(400))
    assert follow(known, CancelLine(ORDINARY), Reply(400))
    assert not follow(known, CancelLine(ORDINARY), Reply(200))


def test_serial_numbers_of_the_beginning_are_no_findings():
    values = {"item_uuids": ITEMS[:2]}
    items = [{"id": one, "external_identifier": {"serial_number": "FACTORY-1"}} for one in ITEMS[:2]]
    answer = SimpleNamespace(status=200, is_success=True, request="", at=lambda _: items)
    orders = SimpleNamespace(show=lambda *_, **__: answer)
    life = ObservedOrder(orders, State("order", {}, values))
    request = ReadOrder(settled=True)

    assert follow(life.known, request, life.reply(request, answer)), "nothing is known of them"
    life.look()
    assert follow(life.known, request, life.reply(request, answer)), "they are as they were"
    items[1] = {"id": ITEMS[1], "external_identifier": {"serial_number": of_item("SN-1", ITEMS[1])}}
    assert not follow(life.known, request, life.reply(request, answer)), "one was changed, and nobody asked for it"
    after = follow(life.known, Number(((1, "SN-1"),)), Reply(204))
    assert follow(after, request, life.reply(request, answer)), "one is as it was, the other as was asked for"
