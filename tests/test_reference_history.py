"""The reference server: histories."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

import pytest

from orderproof.conformance.reference.exchange import VENDOR_V2
from orderproof.conformance.reference.server import start
from tests.test_reference_server import V2, Sandbox, is_problem


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def test_the_history_is_paged_newest_first(sandbox):
    values = sandbox.state("customer-with-orders", orders=23)
    customer = values["customer_id"]
    pages = [sandbox.history(customer, f"&offset={offset}&count=10", **V2).json for offset in (0, 10, 20)]
    assert [order["id"] for page in pages for order in page["orders"]] == values["order_ids"]
    assert [page["pagination_info"] for page in pages] == [
        {"count": 10, "offset": 0, "total": 23},
        {"count": 10, "offset": 10, "total": 23},
        {"count": 3, "offset": 20, "total": 23},
    ]
    default = sandbox.history(customer, **V2)
    assert default.json == pages[0]
    assert default.headers["content-type"] == VENDOR_V2
    times = [order["placed_at"] for page in pages for order in page["orders"]]
    assert times == sorted(set(times), reverse=True)


def test_equal_times_have_a_stable_order(sandbox):
    values = sandbox.state("customer-with-orders", orders=7, equal_times=True)
    pages = [sandbox.history(values["customer_id"], f"&offset={n}&count=1", **V2).json["orders"] for n in range(7)]
    assert [order["id"] for page in pages for order in page] == values["order_ids"]
    assert len({order["placed_at"] for page in pages for order in page}) == 1


@pytest.mark.parametrize(
    "query",
    [
        "count=0",
        "count=51",
        "count=-1",
        "count=1.0",
        "count=1e1",
        "count=",
        "count=ten",
        "count=%201",
        "count=1&count=1",
        "offset=-1",
        "offset=2147483648",
        "offset=%2B1",
        "offset=٣",
        "offset=0x1",
    ],
)
def test_a_page_that_is_none_is_refused(sandbox, query):
    customer = sandbox.state("customer-with-orders")["customer_id"]
    assert is_problem(sandbox.history(customer, f"&{quote(query, safe='=&%')}", **V2), 400)


@pytest.mark.parametrize("query", ["count=1", "count=50", "offset=0", "offset=2147483647"])
def test_the_limits_of_a_page_are_accepted(sandbox, query):
    assert sandbox.history(sandbox.state("customer-with-orders")["customer_id"], f"&{query}", **V2).status == 200


def test_the_history_in_plain_json_needs_an_external_oms(sandbox):
    main, oms = sandbox.state("customer-with-orders"), sandbox.state("customer-with-orders", tenant="oms", orders=4)
    assert is_problem(sandbox.history(main["customer_id"]), 412)
    answer = sandbox.history(oms["customer_id"], token=oms["token"])
    assert [order["id"] for order in answer.json["orders"]] == oms["order_ids"]
    assert is_problem(sandbox.history(oms["customer_id"], "&count=2", token=oms["token"]), 400)
    assert is_problem(sandbox.history(str(uuid4()), token=oms["token"]), 404)
    page = sandbox.history(oms["customer_id"], token=oms["token"], **V2)
    assert [order["id"] for order in page.json["orders"]] == oms["order_ids"]


def test_an_unknown_customer_has_an_empty_history(sandbox):
    answer = sandbox.history(str(uuid4()), **V2)
    assert (answer.status, answer.json["orders"], answer.json["pagination_info"]["total"]) == (200, [], 0)
    assert sandbox.history(sandbox.state("customer-without-orders")["customer_id"], **V2).json["orders"] == []
    assert is_problem(sandbox.request("GET", "/orders", **V2), 400)
