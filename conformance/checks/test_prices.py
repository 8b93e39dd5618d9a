"""Prices: every requested product has its own price, and requesting prices changes nothing."""

import math
from typing import Any

import pytest

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.item_lists import expect_accepted
from orderproof.conformance.checks.support.pricing import (
    AMOUNTS,
    CENT_FRACTION,
    GIFT_WRAPPING,
    SHIPPING,
    Pricing,
    amounts,
    expect_line,
    has_extra,
    lines_of,
    lines_of_type,
    price_of,
    product,
    product_lines,
    same_id,
    shown_prices,
    the_line,
)
from orderproof.conformance.checks.support.suitable import suitable, suitable_or_trait
from orderproof.conformance.kit import Finding, NotApplicable, expect, require, rule
from orderproof.strategies.items import queried_ids

_MOST_COMPARED = 10
"""How many products of an order are compared with each other."""


@pytest.fixture
def pricing(orders, order):
    return Pricing(orders, order)


@rule("PRI-1")
def test_a_product_has_a_line(orders, order):
    item_id = order.item_uuids[0]

    answer = orders.prices(order, [product(item_id)])

    expect_accepted(answer, "the order has this product", 200)
    if not product_lines(answer, item_id):
        raise Finding(
            f"{answer.request} returned no line of type product for the requested product {item_id}",
            f"a line with type product and id {item_id}",
            f"{lines_of(answer)}",
            answer.exchange,
        )


@rule("PRI-2")
def test_the_line_of_a_product_has_its_status(pricing):
    answer = require(pricing.ask([pricing.line]))

    status = the_line(answer, pricing.line["id"]).get("status")
    if not isinstance(status, str) or not status:
        raise Finding(
            f"{answer.request} shows no status for a product",
            "a status, such as pending",
            f"status: {status!r}",
            answer.exchange,
        )


@rule("PRI-3")
def test_each_product_has_one_line_and_no_other_has_one(pricing):
    one, other = pricing.line["id"], pricing.other_line["id"]

    for asked in pricing.orders.sample(([one], [other], [one, other], [other, one])):
        answer = require(pricing.ask([product(item_id) for item_id in asked]))
        found = [line.get("id") for line in lines_of(answer)]
        if sorted(map(str.casefold, map(str, found))) != sorted(map(str.casefold, asked)):
            raise Finding(
                f"{answer.request} with the products {asked} returned lines for {found}",
                f"one line for each of {asked}",
                f"lines for {found}",
                answer.exchange,
            )

    # Another rule judges whether shipping has a price; a refusal contains no product lines either.
    answer = pricing.ask([SHIPPING])
    found = [item_id for item_id in pricing.order.item_uuids if answer.is_success and product_lines(answer, item_id)]
    if found:
        raise Finding(
            f"{answer.request} with shipping alone returned lines for the products {found}",
            "no lines for products",
            f"lines for {found}",
            answer.exchange,
        )


@rule("PRI-4")
def test_the_lines_stand_in_the_order_asked_for(pricing):
    one, other = pricing.line["id"], pricing.other_line["id"]

    for asked in ([one, other], [other, one]):
        answer = require(pricing.ask([product(item_id) for item_id in asked]))
        found = [line.get("id") for line in lines_of(answer)]
        for item_id in asked:
            the_line(answer, item_id)
        if not all(same_id(left, right) for left, right in zip(found, asked, strict=False)):
            raise Finding(
                f"{answer.request} returned its lines in another order than requested",
                f"{asked}",
                f"{found}",
                answer.exchange,
            )


@rule("PRI-5")
def test_the_shipping_has_a_price(session, orders, order):
    order = suitable_or_trait(
        session,
        order,
        lambda one: has_extra(orders, one, SHIPPING, "shipments"),
        needs="an order with shipping",
        others="that show no shipments and have no price for shipping",
        trait="the target's orders show no shipments and have no price for shipping",
    )
    pricing = Pricing(orders, order)

    for asked in orders.sample(([SHIPPING], [pricing.line, SHIPPING])):
        expect_line(pricing.ask(asked), "shipping", orders.show(order), "shipments")


@rule("PRI-6")
def test_the_gift_wrapping_has_a_price(session, orders, order):
    order = suitable_or_trait(
        session,
        order,
        lambda one: has_extra(orders, one, GIFT_WRAPPING, "gift_wrapping"),
        needs="an order with gift wrapping",
        others="that show no gift_wrapping and have no price for it",
        trait="the target's orders show no gift_wrapping and have no price for it",
    )
    pricing = Pricing(orders, order)

    for asked in ([GIFT_WRAPPING], [pricing.line, GIFT_WRAPPING]):
        expect_line(pricing.ask(asked), "gift-wrapping", orders.show(order), "gift_wrapping")


@rule("PRI-7")
def test_a_price_does_not_depend_on_what_else_is_asked_for(pricing):
    one, other = pricing.line, pricing.other_line
    alone = {line["id"]: price_of(require(pricing.ask([line])), line["id"]) for line in (one, other)}

    for asked in pricing.orders.sample(([one, other], [other, one], [one], [other], [one, other])):
        answer = require(pricing.ask(asked))
        for line in asked:
            found = price_of(answer, line["id"])
            if found != alone[line["id"]]:
                raise Finding(
                    f"{answer.request} shows another price for {line['id']} than when it was requested alone",
                    f"{alone[line['id']]}",
                    f"{found}",
                    answer.exchange,
                )


@rule("PRI-7")
def test_other_prices_do_not_depend_on_what_else_is_asked_for(pricing):
    alone = {}
    for extra in (SHIPPING, GIFT_WRAPPING):
        answer = pricing.ask([extra])
        lines = lines_of_type(answer, extra["type"]) if answer.is_success else []
        # An order may lack either, and have several shipments.
        if len(lines) == 1:
            alone[extra["type"]] = amounts(answer, lines[0])
    if not alone:
        raise NotApplicable("the order has no single price for its shipping and none for its gift wrapping")

    answer = require(pricing.ask([pricing.line, *({"type": kind} for kind in alone)]))

    for kind, wanted in alone.items():
        lines = lines_of_type(answer, kind)
        found = [amounts(answer, line) for line in lines]
        if found != [wanted]:
            raise Finding(
                f"{answer.request} shows another price for {kind} than when it was requested alone",
                f"{wanted}",
                f"{found}",
                answer.exchange,
            )


def what_pricing_must_leave_alone(answer) -> dict[str, Any]:
    """The documented members of an order that do not change with time, as a status does."""
    document = answer.json if isinstance(answer.json, dict) else {}
    of_items = ("id", "price", "external_identifier")
    items = [{name: item.get(name) for name in of_items} for item in lines_of(answer)]
    return {
        **{name: document.get(name) for name in ("id", "currency", "totals")},
        # The order of the items is not documented and may differ between two reads.
        "items": sorted(items, key=lambda item: str(item["id"])),
    }


@rule("PRI-8")
def test_asking_for_prices_changes_nothing(orders, states):
    changed = []
    for _ in range(2):
        order = states("order")
        before = require(orders.show(order))
        require(orders.prices(order, [product(item_id) for item_id in order.item_uuids]))
        after = require(orders.show(order))
        if what_pricing_must_leave_alone(before) == what_pricing_must_leave_alone(after):
            break
        changed.append((before, after))
    if len(changed) == 2:
        before, after = changed[-1]
        raise Finding(
            f"two orders changed after their prices were requested; {after.request} shows the second",
            f"{what_pricing_must_leave_alone(before)}",
            f"{what_pricing_must_leave_alone(after)}",
            before.exchange,
            after.exchange,
        )


@rule("PRI-10")
def test_products_do_not_have_each_others_prices(session, orders, order):
    def prices_in(order):
        ids = list(dict.fromkeys(order.item_uuids))[:_MOST_COMPARED]
        return dict(zip(ids, shown_prices(require(orders.show(order)), ids), strict=True))

    def has_different_prices(order):
        first, *others = prices_in(order).values()
        return any(price != first for price in others)

    order = suitable(
        session,
        order,
        has_different_prices,
        needs="an order whose items have different prices",
        others="with one price for all items",
        # Of more items, some are likelier to differ.
        more=({"items": _MOST_COMPARED}, {}),
    )
    in_order = prices_in(order)

    answer = require(orders.prices(order, [product(item_id) for item_id in in_order]))

    found = {item_id: price_of(answer, item_id) for item_id in in_order}
    # Other prices than those of the order's products are judged elsewhere.
    if found != in_order and sorted(map(_amounts, found.values())) == sorted(map(_amounts, in_order.values())):
        raise Finding(
            f"{answer.request} swaps the prices that the order shows for its products",
            f"{in_order}",
            f"{found}",
            answer.exchange,
        )


def _amounts(price):
    return tuple(price[name] for name in AMOUNTS)


@rule("PRI-11")
def test_the_gross_price_is_net_and_tax(pricing):
    answer = require(pricing.ask([pricing.line, pricing.other_line]))

    for line in (pricing.line, pricing.other_line):
        price = price_of(answer, line["id"])
        if not math.isclose(price["gross"], price["net"] + price["tax"], abs_tol=CENT_FRACTION):
            raise Finding(
                f"{answer.request} shows a gross price that is not the sum of net price and tax",
                f"gross: {price['net'] + price['tax']:g}",
                f"{price}",
                answer.exchange,
            )


@rule("PRI-12")
def test_the_currency_is_the_orders(pricing):
    wanted = require(pricing.orders.show(pricing.order)).at("currency")

    expect(require(pricing.ask([pricing.line])), "the order shows this currency").shows(["currency"], wanted)


@rule("PRI-28")
def test_an_unknown_product_is_refused(pricing):
    for unknown in pricing.orders.sample((UNKNOWN_UUID, "not-a-uuid-but-36-characters-long-00")):
        line, wrong = pricing.line, product(unknown)
        for items in pricing.orders.sample(([wrong], [line, wrong], [wrong, line])):
            pricing.refuses(items, f"no order has the item {unknown}")
    for queried in pricing.orders.sample(queried_ids(pricing.line["id"])):
        pricing.refuses([product(queried)], f"no order has the item {queried}")
