"""The reference server: prices, serial numbers and line items."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from orderproof.conformance.reference.server import start
from tests.test_reference_server import Reply, Sandbox, is_problem


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def test_prices_have_a_line_for_each_that_was_asked_for(sandbox):
    values = sandbox.state("order")
    first, second = values["item_uuids"]
    asked = [("gift-wrapping", None), ("product", second), ("shipping", None), ("product", first), ("product", second)]
    body = {"items": [{"type": kind} | ({"id": item} if item else {}) for kind, item in asked]}
    answer = sandbox.prices(values, body)
    assert answer.status == 200
    lines = answer.json["items"]
    assert [line["type"] for line in lines] == [kind for kind, _ in asked]
    assert [line["id"] for line in lines if line["type"] == "product"] == [second, first, second]
    assert [("status" in line) for line in lines] == [kind == "product" for kind, _ in asked]
    document = sandbox.order(values).json
    assert answer.json["currency"] == document["currency"]
    prices = {item["id"]: item["price"] for item in document["items"]}
    for line in lines:
        gross, net, tax = (line["price"][name] for name in ("gross", "net", "tax"))
        assert gross == pytest.approx(net + tax)
        if line["type"] == "product":
            assert line["price"].items() <= prices[line["id"]].items()


def test_prices_are_limited_to_500_lines_of_whatever_type(sandbox):
    values = sandbox.state("order", items=501)
    lines = [{"type": "product", "id": item} for item in values["item_uuids"]]
    assert len(sandbox.prices(values, {"items": lines[:500]}).json["items"]) == 500
    assert is_problem(sandbox.prices(values, {"items": lines}), 400)
    assert is_problem(sandbox.prices(values, {"items": [*lines[:500], {"type": "shipping"}]}), 400)


def test_prices_of_what_is_no_item_are_refused(sandbox):
    values = sandbox.state("order")
    item, other = values["item_uuids"][0], sandbox.state("order")
    for lines in (
        *(
            [],
            {},
            None,
            [1],
            [{}],
            [{"type": "product"}],
            [{"type": "tax"}],
            [{"type": []}],
            [{"type": "Product", "id": item}],
        ),
        *([{"type": "product", "id": wrong}] for wrong in (item[:-1], f"{item}0", 36, None, [item])),
    ):
        assert is_problem(sandbox.prices(values, {"items": lines}), 400), lines
    for unknown in (str(uuid4()), "x" * 36, other["item_uuids"][0]):
        assert is_problem(sandbox.prices(values, {"items": [{"type": "product", "id": unknown}]}), 404)
    body = {"items": [{"type": "shipping"}]}
    assert is_problem(sandbox.prices({"order_uuid": str(uuid4())}, body), 404)
    assert is_problem(sandbox.prices({"order_uuid": values["order_id"]}, body), 400)


def test_serial_numbers_are_written_and_overwritten(sandbox):
    values = sandbox.state("order", items=3)
    first, second, third = values["item_uuids"]
    epc = {"code": "urn:epc:1", "external_id": "e", "serial_number": "s"}
    assert sandbox.serials(
        values, [{"id": first, "serial_number": "A"}, {"id": third, "serial_number": "C", "epc": epc}]
    )
    answer = sandbox.serials(values, [{"id": first, "serial_number": "ünïcode\0"}])
    assert (answer.status, answer.content) == (204, b"")
    identifiers = {item["id"]: item["external_identifier"] for item in sandbox.items(values)}
    assert identifiers[first]["serial_number"] == "ünïcode\0"
    assert "serial_number" not in identifiers[second]
    assert (identifiers[third]["serial_number"], identifiers[third]["epc"]) == ("C", "urn:epc:1")


def test_serial_numbers_are_written_for_all_items_or_none(sandbox):
    values, other = sandbox.state("order"), sandbox.state("order")
    good = {"id": values["item_uuids"][0], "serial_number": "A"}
    before = sandbox.items(values)
    for status, wrong in (
        *((404, {"id": unknown}) for unknown in (str(uuid4()), "x" * 36, other["item_uuids"][0])),
        *((400, {"id": identifier}) for identifier in (good["id"][:-1], f"{good['id']}0", None, 1)),
        *((400, {"serial_number": serial}) for serial in (None, 1, ["A"])),
        *((400, {"epc": epc}) for epc in (None, "4567", [])),
    ):
        assert is_problem(sandbox.serials(values, [good, good | wrong]), status), wrong
    assert is_problem(sandbox.serials(values, [good, {"id": good["id"]}]), 400)
    assert is_problem(sandbox.serials(values, []), 400)
    assert is_problem(sandbox.serials({"order_uuid": values["order_id"]}, [good]), 400)
    assert sandbox.items(values) == before


def test_serial_numbers_are_limited_to_500_items(sandbox):
    values = sandbox.state("order", items=501)
    items = [{"id": item, "serial_number": "S"} for item in values["item_uuids"]]
    assert is_problem(sandbox.serials(values, items), 400)
    assert sandbox.serials(values, items[:500]).status == 204


def cancel_line(sandbox: Sandbox, values: dict[str, Any], item: str, api: str) -> Reply:
    paths = {
        "internal id": f"/orders/{values['order_uuid']}/items/{item}/cancel?id_type=internal",
        "external id": f"/orders/{values['order_id']}/items/{item}/cancel?id_type=external",
        "internal API": f"/line_item/{item}/cancel",
    }
    return sandbox.request("POST", paths[api])


@pytest.mark.parametrize("api", ["internal id", "external id", "internal API"])
def test_only_a_preordered_line_is_canceled(sandbox, api):
    media_type = "application/json" if api == "internal API" else "application/problem+json"
    values = sandbox.state("order-with-preordered-item")
    assert is_problem(cancel_line(sandbox, values, values["other_item_uuid"], api), 400, media_type)
    assert cancel_line(sandbox, values, values["item_uuid"], api).status == 200
    assert is_problem(cancel_line(sandbox, values, values["item_uuid"], api), 400, media_type)
    assert is_problem(cancel_line(sandbox, values, str(uuid4()), api), 404, media_type)
    assert is_problem(cancel_line(sandbox, values, "no-uuid", api), 400, media_type)
    statuses = {item["id"]: item["status"] for item in sandbox.items(values)}
    assert statuses[values["item_uuid"]] == "cancelled"
    assert statuses[values["other_item_uuid"]] == "pending"


@pytest.mark.parametrize("status", ["complete", "cancelled", "returned"])
def test_a_line_in_a_terminal_status_is_not_canceled(sandbox, status):
    values = sandbox.state("order-with-terminal-preordered-item", status=status)
    for api in ("internal id", "internal API"):
        assert cancel_line(sandbox, values, values["item_uuid"], api).status == 400
    assert sandbox.items(values)[0]["status"] == status


def test_a_line_belongs_to_its_order(sandbox):
    values, other = sandbox.state("order-with-preordered-item"), sandbox.state("order-with-preordered-item")
    assert is_problem(cancel_line(sandbox, other, values["item_uuid"], "internal id"), 404)
    crossed = f"/orders/{values['order_uuid']}/items/{values['item_uuid']}/cancel?id_type=external"
    assert is_problem(sandbox.request("POST", crossed), 404)
