"""An order's life as checks begin it: what its provider state promises, in whatever sequence it names the items."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.api import Orders
from conformance.checks.lives import ORDINARY, PREORDERED, Life
from conformance.model import CancelLine, Reply, follow
from conformance.states import State

ITEMS = ["item-a", "item-b", "item-c", "item-d"]


def nobody(*_: object, **__: object) -> None:
    raise AssertionError("nothing is sent")


@given(st.permutations(ITEMS), st.permutations(ITEMS))
def test_the_preordered_item_is_the_first_wherever_the_state_names_it(item_uuids, named):
    values = {"item_uuids": item_uuids, "item_uuid": named[0], "other_item_uuid": named[1]}
    state = State("order-with-preordered-item", {}, values)
    life = Life(Orders(nobody, {}, {}, lambda: None), state)
    known = life.known

    assert life.items[PREORDERED] == named[0]
    assert life.items[ORDINARY] == named[1]
    assert sorted(life.items) == ITEMS
    # The model agrees on which is which.
    assert follow(known, CancelLine(PREORDERED), Reply(200))
    assert not follow(known, CancelLine(PREORDERED), Reply(400))
    assert follow(known, CancelLine(ORDINARY), Reply(400))
    assert not follow(known, CancelLine(ORDINARY), Reply(200))
