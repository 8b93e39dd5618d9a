"""Serial numbers: they are shown unchanged, for the items in the request and for no other item."""

import pytest

from orderproof.conformance.checks.support.item_lists import LIMIT, expect_accepted
from orderproof.conformance.checks.support.neighbors import later_order, left_alone, pairs_of_orders
from orderproof.conformance.checks.support.serials import (
    Serials,
    entries,
    entry,
    epc_of,
    exact_entry,
    one_of_a_repeated_product,
    owned,
    with_known_numbers,
)
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.kit import Finding, Inconclusive, expect, new, property_of, require, rule, shortened
from orderproof.strategies.texts import (
    BLANK_ENDS,
    TRAPS,
    item_tag,
    look_alikes,
    of_any_characters,
    of_item,
    of_printable_characters,
)


@pytest.fixture
def fresh(orders, order):
    return Serials(orders, order)


@pytest.fixture
def serials(fresh):
    return with_known_numbers(fresh)


@pytest.fixture
def several(session, orders, states):
    """An order with more items, of which some are likelier to be of the same product; else one with 2.

    The large orders of a list are left to the rules about limits.
    """
    is_listed = "order" in session.settings.target.states.fixed
    order, _ = (None, "") if is_listed else take_if_offered(session, "order", items=5)
    return Serials(orders, order or states("order"))


@pytest.fixture
def rewritable(fresh):
    """An order with a serial number that was overwritten; short texts, which a server that truncates would keep."""
    first, second = item_tag(fresh.first), item_tag(fresh.second)
    fresh.prepare({fresh.first: first[:8], fresh.second: second[:8]})
    fresh.prepare({fresh.first: first[-8:]})
    return fresh


@rule("SER-1")
def test_a_serial_number_is_there(fresh):
    wanted = owned({fresh.first: "SRQFAU79"})

    expect_accepted(fresh.send(entries(wanted)), "the order has this item", 204)

    fresh.expect_eventually(wanted, "this serial number was added before")


@rule("SER-2")
def test_each_item_gets_its_own(fresh):
    wanted = owned({fresh.second: "RIGHT-2", fresh.first: "LEFT-1"})

    require(fresh.send(entries(wanted)), 204)

    fresh.expect_eventually(wanted, "each item has its own serial number in the request")


# With what makes it the item's own, 255 characters.
LONGEST = ("0123456789-ABCDE/" * 15)[: 255 - len(of_item("-", "")) + 1]


@rule("SER-3")
@property_of("costly", text=of_printable_characters())
def test_any_printable_text_is_a_serial_number(session, rewritable, text):
    accept_and_keep(rewritable, text)


@rule("SER-3")
def test_a_long_text_is_a_serial_number(rewritable):
    accept_and_keep(rewritable, "SERIAL-NUMBER-OF-36-CHARACTERS-00036", LONGEST)


def accept_and_keep(serials, *texts):
    wanted = owned(dict(zip(serials.ids, texts, strict=False)))
    because = f"the serial numbers are printable texts: {', '.join(map(repr, wanted.values()))}"
    expect(serials.send(entries(wanted)), because).has_status(204)

    serials.expect_eventually(wanted, "this serial number was accepted")


@rule("SER-3")
def test_a_text_that_looks_like_something_else_is_a_serial_number(fresh):
    for first, second in pairwise_of(look_alikes(fresh.first), look_alikes(fresh.second)):
        wanted = {fresh.first: first, fresh.second: second}
        answer = fresh.send(entries(wanted))
        expect(answer, f"the serial numbers {first!r} and {second!r} are printable texts").has_status(204)
        fresh.expect_eventually(wanted, "these serial numbers were accepted")


def pairwise_of(for_first, for_second):
    """Every other text for one item, and those between for another."""
    return zip(for_first[::2], for_second[1::2], strict=True)


@rule("SER-4")
def test_texts_that_stores_have_changed_are_kept_to_the_letter(rewritable):
    for texts in zip(TRAPS[::2], TRAPS[1::2], strict=True):
        accepted_is_kept(rewritable, *texts)


@rule("SER-37")
def test_blanks_at_the_ends_are_kept(serials):
    for texts in zip(BLANK_ENDS[::2], BLANK_ENDS[1::2], strict=True):
        accepted_is_kept(serials, *texts)


@rule("SER-4")
@property_of("costly", text=of_any_characters())
def test_what_is_accepted_is_kept_to_the_letter(session, rewritable, text):
    accepted_is_kept(rewritable, text)


def accepted_is_kept(serials, *texts):
    """Send a text for each of the order's first items, and read once: what was accepted is shown."""
    results = []
    for item_id, text in zip(serials.ids, texts, strict=False):
        answer = serials.send([exact_entry(item_id, text)])
        if not answer.is_refusal:
            require(answer, 204)
            serials.known = {**serials.known, item_id: text}
        results.append(f"the request with the serial number {shortened(repr(text))} {answer.result}")
    serials.expect_eventually(serials.known, ", ".join(results))


@rule("SER-5")
def test_serial_numbers_are_overwritten(serials):
    first, second = serials.first, serials.second

    for texts in ({first: "A", second: "B"}, {first: "LONGER-1", second: "b"}, {first: "A-3", second: "B"}):
        wanted = owned(texts)
        require(serials.send(entries(wanted)), 204)
        serials.expect_eventually(wanted, "existing serial numbers are overwritten")


@rule("SER-5")
def test_some_are_overwritten_and_others_added(fresh):
    fresh.prepare(owned({fresh.first: "OLD-1"}))
    wanted = owned({fresh.first: "NEW-1", fresh.second: "NEW-2"})

    require(fresh.send(entries(wanted)), 204)

    fresh.expect_eventually(wanted, "one item had a serial number before, the other did not")


@rule("SER-6")
def test_the_same_can_be_sent_again(serials):
    for _ in range(2):
        expect_accepted(serials.send(entries(serials.known)), "the items already have these serial numbers", 204)

    serials.expect_eventually(serials.known, "the same serial numbers were sent again")


@rule("SER-4")
@pytest.mark.parametrize("state", ["order-closed", "order-past-grace-period"])
def test_an_order_that_is_no_longer_open_shows_what_it_accepts(orders, states, state):
    # Whether such an order takes serial numbers is open: they are shown, or refused and not written.
    serials = Serials(orders, states(state))
    before = {serials.first: serials.read().number(serials.first)}
    sent = owned({serials.first: "LATE"})

    answer = serials.send(entries(sent))

    if not answer.is_success and not answer.is_refusal:
        raise Inconclusive(f"{answer.request} was neither accepted nor refused: {answer}", answer.exchange)
    serials.expect_eventually(sent if answer.is_success else before, f"the request {answer.result}")


@rule("SER-7")
def test_other_items_keep_theirs(several):
    several.prepare(owned(dict.fromkeys(several.ids, "FIRST")))
    one = one_of_a_repeated_product(several.read().answer, several.ids)

    for item_id in several.orders.sample((one, next(other for other in several.ids if other != one))):
        changed = owned({item_id: "CHANGED"})
        require(several.send(entries(changed)), 204)
        reading = several.poll_until(changed)
        if not reading.has(changed):
            raise Inconclusive("the item in the request does not show its new serial number", reading.answer.exchange)
        several.known = {**several.known, **changed}
        reading.expect(several.known, "the request named another item of the order")


@rule("SER-7")
def test_other_items_get_none(several):
    before = several.glance()
    numbered = one_of_a_repeated_product(before.answer, several.ids)
    others = {item_id: before.number(item_id) for item_id in several.ids if item_id != numbered}

    several.prepare(owned({numbered: "ONLY-THIS"}))

    several.read().expect(others, "the request named another item of the order")


@rule("SER-8")
@new
def test_earlier_orders_keep_theirs(session, orders, serials):
    later = Serials(orders, later_order(session, serials.order))

    what = "adding serial numbers to an order that was created later"
    with left_alone(orders, serials.order, what, has_timer=True):
        later.prepare(owned({later.first: "NEW-1", later.second: "NEW-2"}))


@rule("SER-8")
@new
def test_later_orders_of_the_customer_keep_theirs(session, orders, order):
    def accepts(one):
        return orders.add_serial_numbers(one, [entry(one.item_uuids[0])]).is_success if one.item_uuids else False

    for numbered, other in pairs_of_orders(session, orders, order, accepts):
        kept = Serials(orders, other)
        kept.prepare(owned(dict.fromkeys(kept.ids[:LIMIT], "KEPT")))

        Serials(orders, numbered).prepare(owned(dict.fromkeys(numbered.item_uuids[:LIMIT], "NEW")))

        whose = "of the same customer" if other.customer_id == numbered.customer_id else "of another customer"
        kept.expect_eventually(kept.known, f"the request named items of an order {whose} that was created earlier")


@rule("SER-19")
def test_an_epc_is_accepted(serials):
    answer = serials.send([entry(serials.first) | {"epc": epc_of(serials.first)}])

    expect_accepted(answer, "an epc is an object", 204)


@rule("SER-20")
def test_an_epc_shows(serials):
    both = dict.fromkeys((serials.first, serials.second), "SRQFAU79")
    require(serials.send([entry(item_id) | {"epc": epc_of(item_id)} for item_id in both]), 204)

    reading = serials.poll_until(owned(both))
    for item_id in both:
        if not reading.identifiers.get(item_id, {}).get("epc"):
            raise Finding(
                "the order shows no epc for an item whose epc was added",
                f"{epc_of(item_id)}",
                "no epc",
                reading.answer.exchange,
            )


@rule("SER-32")
def test_the_answer_announces_no_body(serials):
    answer = require(serials.send([entry(serials.first)]), 204)

    length = answer.exchange.response_header("Content-Length")
    if length not in (None, "0") or answer.exchange.response_header("Transfer-Encoding") is not None:
        raise Finding(
            f"the 204 of {answer.request} announces a body, but a 204 cannot have a body",
            "neither Content-Length nor Transfer-Encoding",
            f"{answer.exchange.response_headers}",
            answer.exchange,
        )
