"""Prices: invalid requests are refused, and valid requests are accepted."""

import json

import pytest
from hypothesis import strategies as st

from orderproof.conformance.checks.support.facts import JSON_IN_CAPITALS, JSON_WITH_CHARSET
from orderproof.conformance.checks.support.item_lists import (
    LIMIT,
    NON_ARRAYS,
    NON_OBJECTS,
    NON_STRINGS,
    OTHER_CONTENT_TYPES,
    accepts_the_limit,
    cut_off,
    order_with_items,
    refused_alone,
    refuses_beyond_the_limit,
    repeated,
    require_repetition_accepted,
)
from orderproof.conformance.checks.support.pricing import GIFT_WRAPPING, SHIPPING, Pricing, lines_of, product
from orderproof.conformance.checks.support.suitable import suitable_or_trait
from orderproof.conformance.kit import Finding, expect, property_of, require, rule
from orderproof.strategies.items import ids_of_other_lengths, words_of_no_type
from orderproof.strategies.json_values import of_any_kind_but


@pytest.fixture
def pricing(orders, order):
    return Pricing(orders, order)


@rule("PRI-13")
def test_500_items_are_priced(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT)
    require(orders.prices(order, [product(ids[0])]))

    answer = orders.prices(order, [product(item_id) for item_id in ids])

    accepts_the_limit(answer, is_repeated, 200)
    found = {str(line.get("id")).casefold() for line in lines_of(answer)}
    missing = sorted({item_id.casefold() for item_id in ids} - found)
    if missing:
        raise Finding(
            f"{answer.request} returned no line for {len(missing)} of the requested products",
            f"lines for {len(set(ids))} products",
            f"lines for {len(found)}",
            answer.exchange,
        )


@rule("PRI-14")
def test_501_items_are_refused(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT + 1)
    lines = [product(item_id) for item_id in ids]

    refuses_beyond_the_limit(lambda asked: orders.prices(order, asked), lines, is_repeated, success=200)


@rule("PRI-15")
def test_shipping_and_gift_wrapping_count_too(session, orders, states):
    def priced_extras(order):
        # An order may lack either, and a request for what it lacks may be refused.
        line = product(order.item_uuids[0])
        return [one for one in (SHIPPING, GIFT_WRAPPING) if orders.prices(order, [line, one]).is_success]

    order, ids, is_repeated = order_with_items(states, LIMIT)
    suited = suitable_or_trait(
        session,
        order,
        lambda one: bool(priced_extras(one)),
        needs="an order with shipping or gift wrapping",
        others="with a price for neither",
        trait="the target's orders have no price for shipping and none for gift wrapping",
    )
    if suited is not order:
        order, ids, is_repeated = suited, repeated(suited, LIMIT), True

    # They come first, so that the list without its last entry contains them too.
    lines = [*priced_extras(order), *(product(item_id) for item_id in ids)][: LIMIT + 1]
    refuses_beyond_the_limit(lambda asked: orders.prices(order, asked), lines, is_repeated, success=200)


@rule("PRI-15")
def test_501_lines_of_shipping_are_not_answered(pricing):
    pricing.refuses([SHIPPING] * (LIMIT + 1), f"{LIMIT + 1} items exceed the limit of {LIMIT}")


@rule("PRI-16")
def test_an_empty_list_is_refused(pricing):
    pricing.refuses([], "items must not be empty")


@rule("PRI-17")
def test_missing_items_are_refused(pricing):
    pricing.refuses_body("items is missing", body={})
    pricing.refuses_body("items is missing, and products is not documented", body={"products": [pricing.line]})


@rule("PRI-17")
def test_items_of_another_type_are_refused(pricing):
    for value in (*NON_ARRAYS, pricing.line, json.dumps([pricing.line]), {"0": pricing.line}):
        pricing.refuses(value, "items must be an array")


@rule("PRI-17")
@property_of("costly", value=of_any_kind_but("array"))
def test_items_that_are_no_array_are_refused(session, pricing, value):
    pricing.refuses(value, "items must be an array")


@rule("PRI-18")
def test_entries_of_another_type_are_refused(pricing):
    values = (*NON_OBJECTS, [pricing.line], json.dumps(pricing.line), pricing.line["id"], "shipping")
    for value in values:
        pricing.refuses([value], "an entry of items must be an object")
    # Behind a valid entry, some of them: the property below draws others.
    for value in values[1::2]:
        pricing.refuses([pricing.line, value], "an entry of items must be an object")


@rule("PRI-18")
@property_of("costly", value=of_any_kind_but("object"))
def test_entries_that_are_no_objects_are_refused(session, pricing, value):
    pricing.refuses([pricing.line, value], "an entry of items must be an object")


@rule("PRI-19")
def test_missing_types_and_types_of_another_type_are_refused(pricing):
    pricing.refuses([{"id": pricing.line["id"]}], "the type is missing")
    for value in (*NON_STRINGS, ["product"], {"product": True}):
        pricing.refuses([pricing.line | {"type": value}], "the type must be a string")


@rule("PRI-19")
@property_of("costly", value=of_any_kind_but("string"))
def test_types_that_are_no_strings_are_refused(session, pricing, value):
    pricing.refuses([pricing.line | {"type": value}], "the type must be a string")


@rule("PRI-20")
@property_of(word=words_of_no_type())
def test_unknown_types_are_refused(session, pricing, word):
    pricing.refuses([pricing.line | {"type": word}], "this type does not exist")


@rule("PRI-21")
def test_missing_ids_and_ids_of_another_type_are_refused(pricing):
    identifier = pricing.line["id"]
    pricing.refuses([{"type": "product"}], "the id is missing")
    for value in (*NON_STRINGS, [identifier], {"id": identifier}):
        pricing.refuses([product(value)], "the id must be a string")


@rule("PRI-21")
@property_of("costly", value=of_any_kind_but("string"))
def test_ids_that_are_no_strings_are_refused(session, pricing, value):
    pricing.refuses([product(value)], "the id must be a string")


@rule("PRI-22")
def test_ids_of_35_and_of_37_characters_are_refused(pricing):
    identifier = pricing.line["id"]
    without_hyphens = identifier.replace("-", "")
    wrong = [identifier[:35], identifier[1:], "", *(identifier + more for more in ("0", " ", "-", "é", "\n"))]
    for value in (*wrong, f" {identifier}", f"0{identifier}", f"{{{identifier}}}", f"urn:uuid:{identifier}"):
        pricing.refuses([product(value)], f"the id has {len(value)} characters, not 36")
    # An id need not be a UUID with hyphens; if it is, it is shorter without them.
    if len(without_hyphens) != len(identifier):
        pricing.refuses([product(without_hyphens)], f"the id has {len(without_hyphens)} characters, not 36")


@rule("PRI-22")
@property_of("costly", change=ids_of_other_lengths())
def test_ids_that_have_not_36_characters_are_refused(session, pricing, change):
    value = change(pricing.line["id"])

    pricing.refuses([product(value)], f"the id has {len(value)} characters, not 36")


def lines_that_are_not_valid(item_id):
    return {
        "its id has 35 characters": product(item_id[:35]),
        "it has no id": {"type": "product"},
        "it has no type": {"id": item_id},
        "its type is unknown": {"type": "no-such-type-of-price", "id": item_id},
        "it is null": None,
    }


@rule("PRI-23")
def test_one_wrong_entry_is_refused_wherever_it_stands(pricing):
    require(pricing.ask([pricing.line, pricing.other_line]))
    wrong = refused_alone(pricing.orders, pricing.ask, lines_that_are_not_valid(pricing.other_line["id"]))

    for because, line in wrong.items():
        for items in pricing.orders.sample(([line, pricing.line], [pricing.line, line])):
            pricing.refuses(items, f"one entry is invalid: {because}")


@rule("PRI-23")
def test_the_last_of_500_entries_is_looked_at(orders, states):
    order, ids, is_repeated = order_with_items(states, LIMIT)
    valid = [product(item_id) for item_id in ids[:-1]]
    wrong = refused_alone(orders, lambda lines: orders.prices(order, lines), lines_that_are_not_valid(ids[-1]))

    answers = {because: orders.prices(order, [*valid, line]) for because, line in wrong.items()}

    # A list that repeats items may be refused for the repetition: then these refusals prove nothing.
    if not any(answer.is_success for answer in answers.values()):
        twin = orders.prices(order, [*valid, product(ids[-1])])
        require_repetition_accepted(twin, is_repeated)
        require(twin)
    for because, answer in answers.items():
        expect(answer, f"the last of {LIMIT} entries is invalid: {because}").is_refused()


@rule("PRI-24")
def test_bodies_of_another_type_are_refused(pricing):
    for value in (*NON_OBJECTS[1:], [pricing.line], [{"items": [pricing.line]}], "items"):
        pricing.refuses_body("the body must be an object", raw_body=json.dumps(value).encode())
    pricing.refuses_body("the body must be an object", raw_body=b"null")


@rule("PRI-24")
@property_of("costly", value=of_any_kind_but("object"))
def test_bodies_that_are_no_objects_are_refused(session, pricing, value):
    pricing.refuses_body("the body must be an object", raw_body=json.dumps(value).encode())


@rule("PRI-25")
def test_a_missing_body_is_refused(pricing):
    pricing.refuses_body("the body is missing", body=None)
    pricing.refuses_body("the body is empty", raw_body=b"")
    pricing.refuses_body("the body is blank", raw_body=b" ")
    pricing.refuses_body("the body is not JSON", raw_body=b"items")


@rule("PRI-25")
@property_of(missing=st.integers(1, 60))
def test_a_body_that_breaks_off_is_refused(session, pricing, missing):
    pricing.refuses_body(f"the last {missing} bytes are missing", raw_body=cut_off({"items": [pricing.line]}, missing))


@rule("PRI-26")
def test_other_media_types_are_refused(pricing):
    for content_type in OTHER_CONTENT_TYPES:
        pricing.refuses_body(
            f"the Content-Type is {content_type}", body={"items": [pricing.line]}, content_type=content_type
        )


@rule("PRI-27")
def test_the_media_type_is_known_with_a_charset(pricing):
    answer = pricing.ask([pricing.line], content_type=JSON_WITH_CHARSET)

    expect(answer, f"{JSON_WITH_CHARSET} is the media type application/json").has_status(200)


@rule("PRI-35")
def test_the_media_type_is_known_in_any_case(pricing):
    for content_type in JSON_IN_CAPITALS:
        answer = pricing.ask([pricing.line], content_type=content_type)
        expect(answer, f"{content_type} is the media type application/json").has_status(200)
