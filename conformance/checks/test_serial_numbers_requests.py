"""Serial numbers: invalid requests are refused and write nothing; valid requests are accepted."""

import json

import pytest
from hypothesis import strategies as st

from orderproof.conformance.checks.support.facts import JSON_IN_CAPITALS, JSON_WITH_CHARSET
from orderproof.conformance.checks.support.invalid_serials import INVALID_REQUESTS, WRONG
from orderproof.conformance.checks.support.item_lists import (
    LIMIT,
    OTHER_CONTENT_TYPES,
    accepts_the_limit,
    cut_off,
    order_with_items,
    refused_alone,
    refuses_beyond_the_limit,
    require_repetition_accepted,
)
from orderproof.conformance.checks.support.refusals import refused_in_turn
from orderproof.conformance.checks.support.serials import (
    Serials,
    entries,
    entry,
    exact_entry,
    owned,
    with_known_numbers,
)
from orderproof.conformance.kit import expect, property_of, require, rule
from orderproof.strategies.items import ids_of_other_lengths
from orderproof.strategies.json_values import of_any_kind_but
from orderproof.strategies.texts import SCRIPTS, look_alikes, of_item


@pytest.fixture
def serials(orders, order):
    return with_known_numbers(Serials(orders, order))


def numbers_for(ids, word="N"):
    """A different serial number for each item."""
    return owned({item_id: f"{word}{index}" for index, item_id in enumerate(dict.fromkeys(ids))})


def numbered(ids, word="N"):
    """Entries for items; a repeated item has the same serial number again."""
    numbers = numbers_for(ids, word)
    return [exact_entry(item_id, numbers[item_id]) for item_id in ids]


@rule("SER-10")
def test_500_items_get_serial_numbers(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT)
    serials = Serials(orders, order)

    accepts_the_limit(serials.send(numbered(ids)), is_repeated, 204)

    serials.expect_eventually(numbers_for(ids), f"{LIMIT} serial numbers were added at once")


@rule("SER-3")
def test_every_item_may_have_another_kind_of_text(orders, states):
    order, ids, _ = order_with_items(states, LIMIT)
    serials = Serials(orders, order)
    kinds = dict(zip(dict.fromkeys(ids), range(sum(map(len, (look_alikes(""), SCRIPTS)))), strict=False))
    wanted = {
        item_id: (*look_alikes(item_id), *(of_item(text, item_id) for text in SCRIPTS))[kind]
        for item_id, kind in kinds.items()
    }

    answer = serials.send(entries(wanted))

    expect(answer, f"{len(wanted)} serial numbers are printable texts").has_status(204)
    serials.expect_eventually(wanted, "these serial numbers were accepted, each for its item")


@rule("SER-11")
def test_501_items_are_refused(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT + 1)
    serials = with_known_numbers(Serials(orders, order))
    last = serials.read().number(ids[-1]) if ids[-1] not in serials.known else serials.known[ids[-1]]

    # The entries are counted ("Array of objects [ 1 .. 500 ] items"), not the items.
    repeated = serials.send([entry(serials.first, WRONG)] * (LIMIT + 1))
    expect(repeated, f"{LIMIT + 1} entries for one item exceed the limit of {LIMIT}").is_refused()
    answer = serials.send(numbered(ids, WRONG))

    if answer.is_refusal:
        serials.expect_eventually(
            {**serials.known, ids[-1]: last}, f"the request with {LIMIT + 1} items {answer.result}"
        )
    refuses_beyond_the_limit(serials.send, numbered(ids, WRONG), is_repeated, success=204)


@rule(*INVALID_REQUESTS)
def test_an_invalid_request_is_refused_and_writes_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        INVALID_REQUESTS.items(),
        lambda: with_known_numbers(Serials(orders, states("order"))),
    )


@rule("SER-13")
@property_of("costly", value=of_any_kind_but("array"))
def test_items_that_are_no_array_are_refused(session, serials, value):
    serials.refuses(value, "items must be an array")


@rule("SER-14")
@property_of("costly", value=of_any_kind_but("object"))
def test_entries_that_are_no_objects_are_refused(session, serials, value):
    serials.refuses([entry(serials.first, WRONG), value], "an entry of items must be an object")


@rule("SER-15")
@property_of("costly", value=of_any_kind_but("string"))
def test_ids_that_are_no_strings_are_refused(session, serials, value):
    serials.refuses([entry(value, WRONG)], "the id must be a string")


@rule("SER-16")
@property_of("costly", change=ids_of_other_lengths())
def test_ids_that_have_not_36_characters_are_refused(session, serials, change):
    value = change(serials.first)

    # The check above reads the serial numbers again.
    expect(serials.send([entry(value, WRONG)]), f"the id has {len(value)} characters, not 36").is_refused()


@rule("SER-17")
@property_of("costly", value=of_any_kind_but("string"))
def test_serial_numbers_that_are_no_strings_are_refused(session, serials, value):
    serials.refuses([entry(serials.first, value)], "the serial number must be a string")


@rule("SER-18")
@property_of("costly", value=of_any_kind_but("object", "null"))
def test_an_epc_that_is_no_object_is_refused(session, serials, value):
    serials.refuses([entry(serials.first, WRONG) | {"epc": value}], "an epc must be an object")


def entries_that_are_not_valid(item_id):
    return {
        "its id has 35 characters": entry(item_id[:35], WRONG),
        "it has no id": {"serial_number": WRONG},
        "it has no serial number": {"id": item_id},
        "its serial number is a number": entry(item_id, 4711),
        "it is null": None,
    }


@rule("SER-21")
def test_one_wrong_entry_is_refused_wherever_it_stands(serials):
    wrong = refused_alone(serials.orders, serials.send, entries_that_are_not_valid(serials.second))
    # Entries that were accepted alone were written.
    serials.prepare(owned({serials.first: "FIRST-3", serials.second: "SECOND-4"}))

    valid = entry(serials.first, WRONG)
    reasons = {because: f"one entry is invalid: {because}" for because in wrong}
    serials.refuses_each(([one, valid], reasons[because]) for because, one in wrong.items())
    serials.refuses_each(([valid, one], reasons[because]) for because, one in wrong.items())


@rule("SER-21")
def test_the_last_of_500_entries_is_looked_at(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT)
    serials = Serials(orders, order)
    wrong = refused_alone(serials.orders, serials.send, entries_that_are_not_valid(ids[-1]))
    with_known_numbers(serials)
    valid = numbered(ids[:-1], WRONG)

    serials.refuses_each(
        ([*valid, one], f"the last of {LIMIT} entries is invalid: {because}") for because, one in wrong.items()
    )

    # A list that repeats items may be refused for the repetition: then the refusals above prove nothing.
    twin = serials.send(numbered(ids))
    require_repetition_accepted(twin, is_repeated)
    require(twin, 204)


@rule("SER-27")
@property_of("costly", value=of_any_kind_but("object"))
def test_bodies_that_are_no_objects_are_refused(session, serials, value):
    serials.refuses(None, "the body must be an object", raw_body=json.dumps(value).encode())


@rule("SER-28")
@property_of(missing=st.integers(1, 60))
def test_a_body_that_breaks_off_is_refused(session, serials, missing):
    body = {"items": [entry(serials.first, WRONG)]}

    answer = serials.send(raw_body=cut_off(body, missing))

    expect(answer, f"the last {missing} bytes are missing").is_refused()


@rule("SER-29")
def test_other_media_types_are_refused(serials):
    for content_type in OTHER_CONTENT_TYPES:
        items = [entry(serials.first, WRONG)]
        serials.refuses(items, f"the Content-Type is {content_type}", content_type=content_type)


@rule("SER-30")
def test_the_media_type_is_known_with_a_charset(serials):
    answer = serials.send([entry(serials.first, "NEW")], content_type=JSON_WITH_CHARSET)

    expect(answer, f"{JSON_WITH_CHARSET} is the media type application/json").has_status(204)


@rule("SER-33")
def test_the_media_type_is_known_in_any_case(serials):
    for number, content_type in enumerate(JSON_IN_CAPITALS):
        answer = serials.send([entry(serials.first, f"NEW-{number}")], content_type=content_type)
        expect(answer, f"{content_type} is the media type application/json").has_status(204)
