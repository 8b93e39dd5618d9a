"""Requests that arrive together: one life of each order must explain what all requests for it were answered."""

from itertools import cycle, islice

import pytest

from orderproof.conformance.checks.stateful.observed_order import ORDINARY, PREORDERED, ObservedOrder
from orderproof.conformance.checks.stateful.raced_orders import (
    cancelable,
    each,
    in_grace_period,
    numbered,
    timed,
    unnumbered,
    with_preordered,
)
from orderproof.conformance.checks.stateful.races import Entrant, race
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.kit import (
    Cancel,
    CancelLine,
    Extend,
    Finding,
    Inconclusive,
    Invalid,
    NotApplicable,
    NotRun,
    Number,
    ReadOrder,
    ReadStatus,
    Request,
    expect,
    rule,
    uses_up,
)

SETTLED = Entrant(ReadStatus(settled=True))
ORDER_SETTLED = Entrant(ReadOrder(settled=True))
# Sent ahead of changes: while a server is busy with it, the others arrive, and none of them is done before.
AHEAD = Entrant(ReadOrder())
BOTH = ("internal", "external")
TEXTS = ("LEFT", "MIDDLE", "RIGHT")


def by_both_ids(request: Request, number: int) -> list[Entrant]:
    return [Entrant(request, by) for by in islice(cycle(BOTH), number)]


def explained_race(session, orders, begin, entrants):
    """A race that only prepares: another rule judges that its answers are possible."""
    try:
        return race(session, orders, begin, entrants, [])
    except Finding as found:
        raise Inconclusive(f"the race before this step broke another rule: {found.message}", *found.exchanges) from None


def expect_done_or_refused(raced, operation):
    for answer in raced.answers:
        if answer.is_success:
            continue
        if answer.exchange.operation != operation and not answer.is_refusal:
            # What else takes part may be answered in a way that breaks another rule.
            raise Inconclusive(f"{answer.request} {answer.result}, and took part in the race", answer.exchange)
        with raced.telling():
            expect(answer, "others like it were sent at the same time").is_refused()


@rule("GRA-7")
@pytest.mark.parametrize("number", [2, 8])
def test_simultaneous_extensions_are_done_or_refused_and_never_lost(session, orders, states, number):
    entrants: list[Entrant] = by_both_ids(Extend(), min(number, 4) if orders.is_brief else number)
    ending: list[Entrant] = [Entrant(Extend())]

    raced = race(session, orders, each(timed, orders, states), entrants, ending)

    with raced.telling():
        for answer in raced.answers:
            expect(answer, f"{number} extensions of one order were sent at once").has_status(200, 409)


@rule("GRA-7")
def test_simultaneous_serial_numbers_do_not_undo_an_extension(session, orders, states):
    # The extensions come last, after the others have read the order.
    entrants = [*(Entrant(Number(((0, text),))) for text in TEXTS[:2]), *by_both_ids(Extend(), 2)]
    race(session, orders, each(timed, orders, states), entrants, [Entrant(Extend())])


@rule("GRA-17")
def test_an_extension_that_met_another_can_be_sent_again(session, orders, states):
    for _ in range(2):
        raced = explained_race(session, orders, each(timed, orders, states), by_both_ids(Extend(), 4))
        if any(answer.status == 409 for answer in raced.answers):
            again = raced.send(Entrant(Extend()))
            with raced.telling():
                expect(again, "one was refused with 409 for meeting another, and none is under way now").has_status(200)
            return
    raise Inconclusive("2 times 4 extensions were sent at once, and none was refused with 409")


@rule("GRA-16")
@uses_up(1)
def test_nothing_undoes_a_simultaneous_cancellation(session, orders, states):
    number = Entrant(Number(((0, "KEPT"),)))
    extensions = by_both_ids(Extend(), 3)
    # The cancellation comes when others have read the order, and before one more does.
    entrants = [extensions[0], number, extensions[1], number, Entrant(Cancel()), extensions[2]]
    race(session, orders, each(cancelable, orders, states), entrants, [SETTLED, Entrant(Extend())])


@rule("SER-36")
def test_an_extension_does_not_undo_simultaneous_serial_numbers(session, orders, states):
    not_undone(session, orders, each(in_grace_period, orders, states), Number(((0, "KEPT"),)))


@rule("SER-36")
@uses_up(1)
def test_the_cancellation_of_an_item_does_not_undo_simultaneous_serial_numbers(session, orders, states):
    # The serial numbers come last, after all cancellations have read the order.
    entrants = [AHEAD, AHEAD, *by_both_ids(CancelLine(PREORDERED), 2), Entrant(Number(((ORDINARY, "KEPT"),)))]
    race(session, orders, each(with_preordered, orders, states), entrants, [ORDER_SETTLED])


@rule("LIN-21")
@uses_up(1)
def test_serial_numbers_do_not_undo_a_simultaneous_cancellation_of_an_item(session, orders, states):
    numbers = [Entrant(Number(((ORDINARY, text),))) for text in TEXTS]
    entrants = [AHEAD, *numbers, Entrant(CancelLine(PREORDERED))]
    race(session, orders, each(with_preordered, orders, states), entrants, [ORDER_SETTLED])


@rule("LIN-21")
@uses_up(1)
def test_an_extension_does_not_undo_a_simultaneous_cancellation_of_an_item(session, orders, states):
    answers = not_undone(session, orders, each(with_preordered, orders, states), CancelLine(PREORDERED))

    extended = [answer for answer in answers if answer.exchange.operation == "createGracePeriod"]
    if extended and all(answer.status == 412 for answer in extended):
        # An order of a list may be older than its grace period; one that was made for the check is not.
        if any(state.source == "fixed" for state in session.trace.states):
            raise NotRun(
                "the rule needs an order with a pre-ordered item in its grace period; those under "
                "states.order-with-preordered-item are not in theirs"
            )
        raise NotApplicable("the target gives orders with a pre-ordered item no grace period: no new one was extended")


def not_undone(session, orders, begin, change):
    """Extensions leave a change of the order's items as it was answered, though they arrive with it."""
    # The change comes last, after all extensions have read the order: they write back what they found there.
    entrants = [AHEAD, *by_both_ids(Extend(), 3), Entrant(change)]
    return race(session, orders, begin, entrants, [ORDER_SETTLED]).answers


@rule("CAN-25")
@uses_up(1)
def test_of_simultaneous_cancellations_one_is_done(session, orders, states):
    raced = race(session, orders, each(cancelable, orders, states), by_both_ids(Cancel(), 4), [SETTLED])

    expect_done_or_refused(raced, "createCancellation")


@rule("CAN-32")
@uses_up(1)
def test_of_simultaneous_cancellations_one_alone_is_accepted(session, orders, states):
    entrants = [Entrant(ReadStatus()), *by_both_ids(Cancel(), 4)]
    raced = explained_race(session, orders, each(cancelable, orders, states), entrants)

    expect_one_accepted(raced, "an order")


def expect_one_accepted(raced, of_what):
    changes = [answer for answer in raced.answers if answer.exchange.method != "GET"]
    accepted = [answer for answer in changes if answer.is_success]
    if len(accepted) > 1:
        with raced.telling():
            raise Finding(
                f"{len(accepted)} of {len(changes)} simultaneous cancellations of {of_what} were accepted",
                "one that is accepted",
                f"{len(accepted)} that are accepted",
                *(answer.exchange for answer in accepted),
            )


@rule("CST-15")
@uses_up(1)
def test_a_status_read_during_a_cancellation_is_one_of_before_or_after(session, orders, states):
    entrants = [*by_both_ids(ReadStatus(), 2), Entrant(Cancel()), *by_both_ids(ReadStatus(), 3)]
    race(session, orders, each(cancelable, orders, states), entrants, [SETTLED])


@rule("SER-9")
def test_simultaneous_ones_for_different_items_are_all_kept(session, orders, states):
    # Eight requests also meet where nothing but a turn of the server's loop lies between its reading and its writing.
    # Four items are better, and two are enough.
    order = take_if_offered(session, "order", items=4)[0] or states("order")
    lines = min(4, len(order.item_uuids))
    entrants = [Entrant(Number(((number % lines, f"KEPT-{number}"),))) for number in range(4 if orders.is_brief else 8)]

    def looked_at():
        life = ObservedOrder(orders, order)
        life.look()
        return [life]

    race(session, orders, looked_at, entrants, [ORDER_SETTLED])


@rule("SER-35")
def test_simultaneous_ones_for_the_same_items_are_those_of_one_request(session, orders, states):
    entrants = [
        Entrant(Number(((0, f"{text}-{half}"), (1, f"{text}-{half}"))))
        for half in "AB"
        for text in TEXTS[: 2 if orders.is_brief else 3]
    ]
    race(session, orders, each(numbered, orders, states), entrants, [ORDER_SETTLED])


@rule("LIN-19")
@uses_up(1)
def test_of_simultaneous_cancellations_of_an_item_one_is_done(session, orders, states):
    ending = [ORDER_SETTLED, Entrant(CancelLine(PREORDERED))]
    entrants = [AHEAD, *by_apis(*(("internal", "line", "external") if orders.has_internal_api else BOTH), "internal")]

    raced = race(session, orders, each(with_preordered, orders, states), entrants, ending)

    expect_done_or_refused(raced, "createLineItemCancellation")


@rule("LIN-22")
@uses_up(2)
def test_of_simultaneous_cancellations_of_an_item_one_alone_is_accepted(session, orders, states):
    # First the two that come first are of the public API, then of the internal one: either may look before it acts.
    mixes = (("internal", "external", "line"), ("line", "line", "internal"))
    for apis in mixes if orders.has_internal_api else (BOTH, BOTH):
        entrants = [AHEAD, *by_apis(*apis)]
        raced = explained_race(session, orders, each(with_preordered, orders, states), entrants)
        expect_one_accepted(raced, "an item")


def by_apis(*apis):
    """Cancellations of an item by either id of its order, or by the internal API (`line`)."""
    return [Entrant(CancelLine(PREORDERED), by) for by in apis]


@rule("GRA-3")
def test_simultaneous_extensions_move_the_timers_of_their_own_orders(session, orders, states):
    entrants = [Entrant(Extend(), "external"), Entrant(Extend(), order=1), Entrant(Extend(), "external")]
    race(session, orders, each(timed, orders, states, 2), entrants, [Entrant(Extend(), order=one) for one in range(2)])


@rule("CAN-23")
@uses_up(2)
def test_simultaneous_cancellations_cancel_their_own_orders(session, orders, states):
    # One of them is not valid, so that neither the ids nor the bodies can be exchanged unseen.
    entrants = [
        Entrant(Cancel(), "external"),
        Entrant(Cancel(), order=1),
        Entrant(Invalid("cancel-without-reason"), order=2),
        Entrant(Cancel(), "external"),
    ]
    race(
        session,
        orders,
        each(cancelable, orders, states, 3),
        entrants,
        [SETTLED._replace(order=one) for one in range(3)],
    )


@rule("SER-8")
def test_simultaneous_ones_for_different_orders_reach_their_own(session, orders, states):
    entrants = [Entrant(Number(((0, f"{text}-1"), (1, f"{text}-2"))), order=one) for one, text in enumerate(TEXTS)]
    ending = [ORDER_SETTLED._replace(order=one) for one in range(3)]
    # Every item gets a serial number, so none needs to be looked at before.
    race(session, orders, each(unnumbered, orders, states, 3), entrants, ending)


@rule("LIN-20")
@uses_up(2)
def test_simultaneous_cancellations_of_items_cancel_their_own(session, orders, states):
    items_of_two_orders(session, orders, states, ("external", "internal", "external"))


@rule("INT-14")
@uses_up(2)
def test_simultaneous_cancellations_by_the_internal_api_cancel_their_own_items(session, orders, states):
    items_of_two_orders(session, orders, states, ("line",) * 3)


def items_of_two_orders(session, orders, states, apis):
    entrants = [Entrant(CancelLine(PREORDERED), by, order) for by, order in zip(apis, (0, 1, 0), strict=True)]
    ending = [ORDER_SETTLED._replace(order=one) for one in range(2)]
    race(session, orders, each(with_preordered, orders, states, 2), entrants, ending)
