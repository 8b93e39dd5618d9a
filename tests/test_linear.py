"""Histories: what one life of an order explains is accepted, and what none explains is rejected, exactly."""

from itertools import permutations
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.conformance.model.linearizability import MOST_OPERATIONS, Operation, explained, impossible_core
from orderproof.conformance.model.order import (
    ANY,
    Cancel,
    CancelLine,
    Extend,
    Line,
    Number,
    Order,
    ReadOrder,
    ReadStatus,
    Reply,
    apply,
)

FRESH = Order(True, True, (Line(True), Line(False)))
REQUESTS = [
    Extend(),
    Cancel(),
    CancelLine(0),
    CancelLine(1),
    Number(((0, "A"), (1, "B"))),
    Number(((1, "C"),)),
    ReadStatus(),
    ReadStatus(settled=True),
    ReadOrder(),
    ReadOrder(settled=True),
]


def concrete(shows):
    """What an answer shows, with something in the place of what is open."""
    if shows is ANY:
        return None
    return tuple(concrete(one) for one in shows) if isinstance(shows, tuple) else shows


@st.composite
def lived(draw, requests, most=8):
    """A history that happened: a sequence of operations, each under way for a while around its moment."""
    order, history = FRESH, []
    for moment in range(draw(st.integers(1, most))):
        request = draw(requests)
        outcomes = [one for one in apply(order, request) if one.statuses]
        if not outcomes:
            continue
        outcome = draw(st.sampled_from(outcomes))
        before, after = draw(st.floats(0, 3)), draw(st.floats(0, 3))
        reply = Reply(min(outcome.statuses), concrete(outcome.shows))
        # Who gets no answer does not know when it was over.
        is_told = draw(st.integers(0, 9)) > 0
        history.append(
            Operation(request, reply if is_told else None, moment - before, moment + after if is_told else inf)
        )
        order = outcome.order
    return draw(st.permutations(history))


@given(lived(st.sampled_from(REQUESTS)))
@settings(max_examples=300, deadline=None)
def test_a_history_that_happened_is_explained(history):
    sequence = explained([FRESH], history)

    assert sequence is not None
    # What was answered stands in it, once, and nothing before what had returned when it was invoked.
    answered = {index for index, operation in enumerate(history) if operation.reply is not None}
    assert answered <= set(sequence)
    assert len(sequence) == len(set(sequence))
    for place, index in enumerate(sequence):
        assert all(history[other].returned >= history[index].invoked for other in sequence[place + 1 :])


def overlapping(count):
    return [Operation(Extend(), Reply(200, number), 0, 1) for number in range(1, count + 1)]


@given(st.integers(1, 7), st.data())
@settings(deadline=None)
def test_a_timer_that_is_off_by_one_extension_is_impossible(count, data):
    history = [*overlapping(count), Operation(Extend(), Reply(200, count + 1), 2, 3)]
    assert explained([FRESH], history) is not None

    index = data.draw(st.integers(0, count))
    shows = history[index].reply.shows + data.draw(st.sampled_from([-1, 1, 0.5]))
    history[index] = history[index]._replace(reply=Reply(200, shows))

    assert explained([FRESH], history) is None
    core = impossible_core([FRESH], history)
    for left_out in core:
        relaxed = [
            one if number in core and number != left_out else one._replace(reply=None, returned=inf)
            for number, one in enumerate(history)
        ]
        assert explained([FRESH], relaxed) is not None


@given(lived(st.sampled_from([Extend(), Cancel(), ReadStatus()]), most=7))
@settings(deadline=None)
def test_a_cancellation_that_is_undone_is_impossible(history):
    end = 100.0
    accepted = any(isinstance(one.request, Cancel) and one.reply and one.reply.status < 300 for one in history)
    unknown = any(isinstance(one.request, Cancel) and one.reply is None for one in history)

    def ends_with(is_canceled):
        reply = Reply(200, (not is_canceled, is_canceled))
        return explained([FRESH], [*history, Operation(ReadStatus(settled=True), reply, end, end)]) is not None

    assert ends_with(is_canceled=True) is (accepted or unknown or any(_saw_it(one) for one in history))
    if accepted:
        assert not ends_with(is_canceled=False)


def _saw_it(operation):
    return isinstance(operation.request, ReadStatus) and operation.reply is not None and operation.reply.shows[1]


@given(lived(st.sampled_from([Number(((0, "A"), (1, "B"))), Number(((0, "C"), (1, "D")))]), most=7))
@settings(deadline=None)
def test_serial_numbers_of_two_requests_are_impossible_together(history):
    mixed = Reply(200, ((ANY, "A"), (ANY, "D")))

    assert explained([FRESH], [*history, Operation(ReadOrder(), mixed, 100, 101)]) is None


replies = st.one_of(
    st.none(),
    st.builds(Reply, st.sampled_from([200, 409, 412]), st.one_of(st.none(), st.integers(1, 3))),
)
arbitrary = st.lists(
    st.builds(
        lambda request, reply, start, length: Operation(request, reply, start, start + length if reply else inf),
        st.sampled_from([Extend(), Cancel()]),
        replies,
        st.integers(0, 6),
        st.integers(0, 4),
    ),
    max_size=5,
)


def happens(history, sequence, contended):
    orders = {FRESH}
    for place, index in enumerate(sequence):
        operation = history[index]
        if any(history[later].returned < operation.invoked for later in sequence[place + 1 :]):
            return False
        orders = {
            outcome.order
            for order in orders
            for outcome in apply(order, operation.request, contended=contended[index])
            if operation.reply is None or outcome.admits(operation.reply)
        }
    return bool(orders)


@given(arbitrary)
@settings(max_examples=200, deadline=None)
def test_the_search_finds_what_trying_everything_finds(history):
    answered = [index for index, one in enumerate(history) if one.reply is not None]
    unknown = [index for index, one in enumerate(history) if one.reply is None]
    contended = [
        any(
            other is not one
            and (other.reply is None or other.reply.status < 400)
            and other.invoked <= one.returned
            and one.invoked <= other.returned
            for other in history
        )
        for one in history
    ]
    possible = any(
        happens(history, sequence, contended)
        for mask in range(1 << len(unknown))
        for sequence in permutations([*answered, *(index for place, index in enumerate(unknown) if mask >> place & 1)])
    )

    assert (explained([FRESH], history) is not None) is possible


def test_the_core_of_a_lost_extension_are_the_two_that_cannot_both_be():
    history = [
        Operation(ReadStatus(), Reply(200, (True, False)), 0, 1),
        Operation(Extend(), Reply(200, 1), 0, 1),
        Operation(Extend(), Reply(409), 0, 1),
        Operation(Extend(), Reply(200, 1), 0, 1),
    ]

    assert impossible_core([FRESH], history) == (1, 3)


def test_a_conflict_needs_another_request_that_was_under_way():
    met = [Operation(Extend(), Reply(409), 0, 2), Operation(Extend(), Reply(200, 1), 1, 3)]
    alone = [Operation(Extend(), Reply(409), 0, 0.5), Operation(Extend(), Reply(200, 1), 1, 3)]
    both_refused = [Operation(Extend(), Reply(409), 0, 2), Operation(Extend(), Reply(409), 1, 3)]

    assert explained([FRESH], met) is not None
    assert explained([FRESH], alone) is None
    assert explained([FRESH], both_refused) is None


def test_a_request_without_an_answer_may_have_happened_later_or_not_at_all():
    unknown = Operation(Extend(), None, 0, inf)

    assert explained([FRESH], [unknown, Operation(Extend(), Reply(200, 1), 1, 2)]) is not None
    assert explained([FRESH], [unknown, Operation(Extend(), Reply(200, 2), 1, 2)]) is not None
    assert explained([FRESH], [unknown, Operation(Extend(), Reply(200, 3), 1, 2)]) is None


def test_a_history_that_is_too_long_is_not_judged():
    with pytest.raises(ValueError, match="too long"):
        explained([FRESH], overlapping(MOST_OPERATIONS + 1))
