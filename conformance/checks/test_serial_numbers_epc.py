"""Serial numbers: an epc whose members no document shows, such as deeply nested ones and numbers beyond every range."""

import json

import pytest

from orderproof.conformance.checks.support.serials import Serials, entry
from orderproof.conformance.kit import Finding, Inconclusive, expect, rule
from orderproof.strategies.malformed import DEPTHS, nested_object

UNUSUAL = {
    "the code 1e999": b'{"code": 1e999}',
    "the code NaN": b'{"code": NaN}',
    "the code null": b'{"code": null}',
    "half of a pair of surrogates": rb'{"code": "\ud800"}',
}
DEEP = {f"members nested {depth} deep": nested_object(depth) for depth in DEPTHS}


@pytest.fixture
def send(orders, order):
    """Send an epc as it is, beside a serial number that says what it was."""

    def attempt(what, epc):
        valid = json.dumps(entry(order.item_uuids[0], what)).encode()
        answer = orders.add_serial_numbers(order, raw_body=b'{"items": [%s, "epc": %s}]}' % (valid[:-1], epc))
        return expect(answer, f"the epc has {what}").is_answered()

    return attempt


def expect_readable(orders, order, because):
    """The order can be read, as JSON."""
    answer = expect(orders.show(order), because).has_status(200)
    try:
        _ = answer.json
    except Inconclusive as error:
        raise Finding(f"{error}: {because}", "an order as JSON", str(answer), answer.exchange) from None


@rule("SER-38")
def test_an_unusual_epc_is_answered(orders, order, send):
    serials = Serials(orders, order)
    known, is_deep = serials.glance().number(serials.first), False

    for what, epc in orders.sample(DEEP.items()):
        if send(what, epc).is_success:
            known, is_deep = entry(serials.first, what)["serial_number"], True
    for what, epc in orders.sample(UNUSUAL.items()):
        if send(what, epc).is_success:
            known, is_deep = entry(serials.first, what)["serial_number"], False
            expect_readable(orders, order, f"an epc with {what} was added")

    if is_deep:
        # It may be shown as it is, deeper than a reader takes.
        expect(orders.show(order), "a deeply nested epc was added").has_status(200)
    else:
        serials.expect_eventually({serials.first: known}, "other serial numbers were refused for their epc")
