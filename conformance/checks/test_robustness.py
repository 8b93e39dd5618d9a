"""Robustness: malformed requests get an answer without a server error."""

from itertools import cycle

import pytest
from hypothesis import example
from hypothesis import strategies as st

from orderproof.conformance.checks.support.controls import still_serves
from orderproof.conformance.checks.support.every_operation import CASES, valid_body
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.kit import ORDERS_V2, Raw, expect, property_of, require, rule, uses_up
from orderproof.strategies.ids import SPELLINGS
from orderproof.strategies.malformed import (
    ANY_IDS,
    ODD_CUSTOMER_IDS,
    ODD_IDS,
    RAW_SEGMENTS,
    odd_headers,
    odd_queries,
    odd_segments,
)
from orderproof.strategies.texts import of_item

BY_ID = {
    "showSalesOrderByIdAndIdType": lambda orders, id_: orders.call(
        "showSalesOrderByIdAndIdType", None, {"id": id_}, query={"id_type": "external"}
    ),
    "showCancellationStatus": lambda orders, id_: orders.call(
        "showCancellationStatus", None, {"id": id_}, query={"id_type": "external"}
    ),
    "createCancellation": lambda orders, id_: orders.call(
        "createCancellation", None, {"id": id_}, query={"id_type": "external"}, body={"reason": "Customer remorse"}
    ),
    "createGracePeriod": lambda orders, id_: orders.call(
        "createGracePeriod", None, {"id": id_}, query={"id_type": "external"}
    ),
    "createPriceInformationForItems": lambda orders, id_: orders.call(
        "createPriceInformationForItems", None, {"id": id_}, body={"items": [{"type": "shipping"}]}
    ),
    "updateSalesOrderSerialNumbers": lambda orders, id_: orders.call(
        "updateSalesOrderSerialNumbers",
        None,
        {"uuid": id_},
        body={"items": [{"id": UNKNOWN_UUID, "serial_number": "SN-1"}]},
    ),
    "createLineItemCancellation": lambda orders, id_: orders.call(
        "createLineItemCancellation",
        None,
        {"order_uuid": id_, "item_uuid": id_},
        query={"id_type": "internal"},
    ),
    "cancelLineItem": lambda orders, id_: orders.call("cancelLineItem", None, {"uuid": id_}),
}

UNKNOWN_IDS = dict.fromkeys(("id", "uuid", "order_uuid", "item_uuid"), UNKNOWN_UUID)
# An operation for each path with an id: the cancellation status has that of the cancellation.
PATHS = [one for one in BY_ID if one != "showCancellationStatus"]
READING = ("showSalesOrderByIdAndIdType", "showCancellationStatus", "createPriceInformationForItems")

# The part of a request that names its order, by operation; the internal API names an item alone.
NAMED_BY = {
    "showSalesOrderByIdAndIdType": "id",
    "showCancellationStatus": "id",
    "createCancellation": "id",
    "createGracePeriod": "id",
    "createPriceInformationForItems": "id",
    "updateSalesOrderSerialNumbers": "uuid",
    "createLineItemCancellation": "order_uuid",
    "cancelLineItem": "item_uuid",
}

ODD_BODIES = {
    "a deeply nested array": b"[" * 20_000,
    "a deeply nested object": b'{"items":' * 5_000 + b"1" + b"}" * 5_000,
    "invalid UTF-8": b"\xff\xfe\x00",
    "invalid Unicode (a lone surrogate)": b'"\xed\xa0\x80"',
    "a byte order mark and nothing else": b"\xef\xbb\xbf",
    "NaN": b"NaN",
    "a NUL character": b"\x00",
}


@rule("ROB-3")
@pytest.mark.parametrize("operation", BY_ID)
def test_an_id_that_has_broken_servers_is_refused(orders, operation):
    # Each operation gets half of them, and no two the same: what breaks one server breaks it wherever it is looked up.
    first = list(BY_ID).index(operation)
    for odd in orders.sample([*ODD_IDS[first:], *ODD_IDS[:first]][:4]):
        expect(BY_ID[operation](orders, odd), "no order and no item has this id").is_not_served()


@rule("ROB-3")
@pytest.mark.parametrize("operation", READING)
def test_an_id_that_may_mean_any_is_refused(orders, operation):
    for one in orders.sample(ANY_IDS):
        expect(BY_ID[operation](orders, one), "no order has this id").is_not_served()


@rule("ROB-3")
@property_of(operation=st.sampled_from(sorted(BY_ID)), segment=odd_segments)
def test_an_odd_id_is_refused(session, orders, operation, segment):
    expect(BY_ID[operation](orders, segment), "no order and no item has this id").is_not_served()


@rule("ROB-12")
@pytest.mark.parametrize("operation", NAMED_BY)
def test_another_spelling_of_an_id_finds_nothing(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)
    own = id_in_path(orders, state, operation)

    # The operation that shows an order gets all spellings, and the others share them.
    first = list(NAMED_BY).index(operation)
    spelled = [(how, spell(own)) for how, spell in SPELLINGS.items() if spell(own) != own]
    for how, asked in spelled if first == 0 else spelled[(first - 1) % len(spelled) :][:1]:
        answer = send_named(orders, state, operation, asked)
        expect(answer, f"the path contains an id {how}").is_refused()

    still_serves(orders, case, state)


def id_in_path(orders, state, operation):
    """The id by which a valid request for this operation names its order, or its item."""
    if operation == "createPriceInformationForItems":
        return orders.price_id_of(state)
    return state.item_uuid if operation == "cancelLineItem" else state.order_uuid


def send_named(orders, state, operation, asked):
    """A request for this operation that is valid but for its order's id, or its item's."""
    if operation == "cancelLineItem":
        return orders.cancel_line_item_internally(state, asked)
    return CASES[operation].send(orders, state, **{NAMED_BY[operation]: asked})


@rule("ROB-12")
@pytest.mark.parametrize("operation", ["createPriceInformationForItems", "updateSalesOrderSerialNumbers"])
def test_an_item_id_that_is_padded_finds_nothing(orders, order, operation):
    own = order.item_uuids[0]
    # An id need not have hyphens.
    padded = SPELLINGS["without its hyphens"](own).ljust(36) if "-" in own else f"{own[:-1]} "
    entry = {"type": "product", "id": padded, "serial_number": of_item("SN-1", padded)}
    send = orders.prices if operation == "createPriceInformationForItems" else orders.add_serial_numbers

    expect(send(order, [entry]), "the id of the item has blanks at its end").is_refused()

    require(CASES[operation].send(orders, order), CASES[operation].success)


@rule("ROB-4")
@property_of(query=odd_queries)
def test_an_odd_query_is_answered(session, orders, query):
    expect(orders.call("showOrderHistoryForCustomer", None, {}, query=query)).is_answered()
    expect(orders.call("showSalesOrderByIdAndIdType", None, {"id": UNKNOWN_UUID}, query=query)).is_answered()


@rule("ROB-4")
@pytest.mark.parametrize("odd", ODD_CUSTOMER_IDS)
def test_an_odd_customer_id_is_answered(orders, odd):
    query = {"customer_id": odd}

    answer = orders.call("showOrderHistoryForCustomer", None, {}, query=query, accept=ORDERS_V2)

    expect(answer, f"customer_id is {odd[:40]!r}").is_answered()


@rule("ROB-4")
@pytest.mark.parametrize("operation", [*BY_ID, "showOrderHistoryForCustomer"])
def test_a_query_that_no_form_would_send_is_answered(orders, operation):
    # A key without a value, empty members, and a value with an equals sign.
    query = Raw(f"flag&&id_type=internal&customer_id={UNKNOWN_UUID}&filter=a=b&")

    answer = orders.call(operation, None, UNKNOWN_IDS, query=query)

    expect(answer, f"the query is {query}").is_answered()


@rule("ROB-5")
@pytest.mark.parametrize(
    ("operation", "method"),
    [(one, method) for one in PATHS for method in ("HEAD", "OPTIONS")]
    + list(zip(PATHS, cycle(("PUT", "DELETE")), strict=False))
    # Whether a server knows a method at all is the same for all paths of an API.
    + [("createCancellation", "TRACE"), ("cancelLineItem", "BREW")],
)
def test_an_undocumented_method_is_answered(orders, operation, method):
    answer = orders.call(operation, None, UNKNOWN_IDS, method=method)

    expect(answer, f"{method} is not documented here").is_answered(unknown_method=True)


@rule("ROB-5")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_an_undocumented_method_is_answered_by_the_history(orders, method):
    query = {"customer_id": UNKNOWN_UUID}

    answer = orders.call("showOrderHistoryForCustomer", None, {}, query=query, method=method)

    expect(answer, f"{method} is not documented here").is_answered(unknown_method=True)


@rule("ROB-6")
@property_of(header=odd_headers)
@example(header=("Accept", ";"))
@example(header=("Accept", "a/b/c,,"))
def test_an_odd_header_is_answered(session, orders, header):
    answer = orders.call(
        "showSalesOrderByIdAndIdType",
        None,
        {"id": UNKNOWN_UUID},
        query={"id_type": "internal"},
        accept=None if header[0] == "Accept" else "application/json",
        extra_headers=[header],
    )

    expect(answer, f"the header was {header[0]}: {header[1][:40]}").is_answered()


@rule("ROB-6")
@pytest.mark.parametrize("accept", [";", "a/b/c,,", "application/"])
def test_an_odd_accept_header_is_answered_by_the_history(orders, accept):
    query = {"customer_id": UNKNOWN_UUID}

    answer = orders.call("showOrderHistoryForCustomer", None, {}, query=query, accept=accept)

    expect(answer, f"the header was Accept: {accept}").is_answered()


@rule("ROB-6")
@pytest.mark.parametrize(
    "operation", ["createPriceInformationForItems", "updateSalesOrderSerialNumbers", "createCancellation"]
)
def test_an_odd_content_type_is_answered(orders, operation):
    odd = 'application/json;charset="'

    answer = orders.call(operation, None, UNKNOWN_IDS, query={"id_type": "internal"}, body={}, content_type=odd)

    expect(answer, f"the Content-Type is {odd}").is_answered()


@rule("ROB-7")
@pytest.mark.parametrize(
    "operation", ["createCancellation", "createPriceInformationForItems", "updateSalesOrderSerialNumbers"]
)
def test_a_body_that_is_no_json_object_is_refused(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)

    for what, body in orders.sample(ODD_BODIES.items()):
        expect(case.send(orders, state, raw_body=body), f"the body is {what}").is_denied()
    # JSON to the end, so that the parser lets it through, in the place of the note or as one more item.
    valid = valid_body(orders, case, state)
    for depth in orders.sample((100, 900)):
        nested = b"[" * depth + b"]" * depth
        body = valid.replace(b'"Example note"', nested, 1).replace(b"}]", b"}, " + nested + b"]", 1)
        because = f"an array nested {depth} deep is in the place of another value"
        expect(case.send(orders, state, raw_body=body), because).is_denied()

    still_serves(orders, case, state)


@rule("ROB-10")
@uses_up(1)
@pytest.mark.parametrize("member", ["reason", "note"])
def test_a_nul_in_a_text_is_answered(orders, order_cancelable, member):
    body = {"reason": "Customer remorse", "note": "Example note", member: "before\x00after"}

    expect(orders.cancel(order_cancelable, body=body), f"the {member} contains a NUL character").is_answered()


@rule("ROB-11")
@uses_up(1)
def test_a_body_without_a_content_type_is_answered(orders, order_cancelable):
    # The cancellation comes last, since it may be accepted.
    for operation in ("createPriceInformationForItems", "updateSalesOrderSerialNumbers", "createCancellation"):
        answer = CASES[operation].send(orders, order_cancelable, content_type=None)
        expect(answer, "the body has no Content-Type").is_answered()


@rule("ROB-8")
@pytest.mark.parametrize("operation", BY_ID)
def test_a_path_that_no_client_would_write_is_refused(orders, operation):
    # Whoever reads the path does so for every operation, so those that write get every second one.
    for raw in orders.sample(RAW_SEGMENTS if operation in READING else RAW_SEGMENTS[::2]):
        expect(BY_ID[operation](orders, Raw(raw)), f"the path contains {raw} without percent-encoding").is_not_served()


@rule("ROB-9")
def test_ordinary_requests_are_answered_after_odd_ones(orders, order):
    orders.show(order, id="%00/../" * 200)
    orders.call("showOrderHistoryForCustomer", None, {}, query=[("count", "9" * 400)] * 20)
    orders.prices(order, raw_body=b"[" * 50_000)

    expect(orders.show(order), "an ordinary request after malformed requests").has_status(200)
