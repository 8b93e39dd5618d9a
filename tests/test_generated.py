"""The adapter to Schemathesis: its boundary cases come from an undocumented interface, so their loss is an alarm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.spec.description import operations
from orderproof.strategies.generated import GeneratedRequest, bind, boundary_requests, random_requests
from orderproof.strategies.texts import of_item

# One worker: what is generated for an operation is generated once.
pytestmark = pytest.mark.xdist_group("generated")
REAL = ["11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-000000000000"]

# The points that these operations' rules rest on. When an upgrade of Schemathesis drops one, this list says which.
BOUNDARIES = {
    "showOrderHistoryForCustomer": [
        (True, "Maximum value", ("count", "50")),
        (True, "Minimum value", ("count", "1")),
        (True, "Maximum value", ("offset", "2147483647")),
        (False, "Value greater than maximum", ("count", "51")),
        (False, "Value smaller than minimum", ("count", "0")),
        (False, "Value smaller than minimum", ("offset", "-1")),
    ],
    "showSalesOrderByIdAndIdType": [
        (True, "Enum value", ("id_type", "external")),
        (False, "Invalid enum value", ("id_type", "AAA")),
    ],
}
BODIES = {
    "createCancellation": [
        "reason: String smaller than minLength",
        "note: Incorrect type",
        "Missing required property: reason",
    ],
    "createPriceInformationForItems": [
        "items: Array with fewer items than allowed by minItems",
        "items: Array with more items than allowed by maxItems",
        "items -> Array with invalid items: id: String smaller than minLength",
        "items -> Array with invalid items: id: String larger than maxLength",
        "Missing request body",
    ],
    "updateSalesOrderSerialNumbers": [
        "items -> Array with invalid items: Missing required property: serial_number",
        "items -> Array with invalid items: epc: Incorrect type",
        "items -> Array with invalid items: id: String larger than maxLength",
    ],
}


@pytest.mark.parametrize(
    ("operation", "valid", "label", "pair"),
    [(operation, *row) for operation, rows in BOUNDARIES.items() for row in rows],
)
def test_a_boundary_of_the_query_is_generated(operation, valid, label, pair):
    found = [one.label for one in boundary_requests(operation, valid=valid) if pair in one.query]

    assert label in found


@pytest.mark.parametrize(("operation", "label"), [(name, label) for name, labels in BODIES.items() for label in labels])
def test_a_violation_of_the_body_is_generated(operation, label):
    assert label in {one.label for one in boundary_requests(operation, valid=False)}


@pytest.mark.parametrize("operation", operations())
def test_every_operation_has_valid_requests_and_no_undecided_ones(operation):
    valid, invalid = (boundary_requests(operation, valid=one) for one in (True, False))

    assert valid
    assert all(one.is_valid for one in valid)
    assert not any(one.is_valid for one in invalid)
    for one in invalid:
        assert "unexpected properties" not in one.label
        assert "HTTP method" not in one.label
        assert "epc -> code" not in one.label
        assert ("offset", "2147483648") not in one.query


def test_an_invalid_request_violates_one_point_only():
    # Asked for negative cases alone, Schemathesis makes the sibling parameters negative too.
    for one in boundary_requests("showOrderHistoryForCustomer", valid=False):
        query = dict(one.query)
        wrong = [
            name
            for name, fine in (("count", range(1, 51)), ("offset", range(2**31)))
            if name in query
            if not (query[name].isdigit() and int(query[name]) in fine)
        ]
        assert len(wrong) + ("customer_id" not in query) == 1, one


def test_a_bound_body_has_real_ids_and_keeps_its_violations():
    body = {"items": [{"type": "product", "id": "0" * 36, "extra": 1}, {"type": "product", "id": "0" * 36}]}

    assert bind(body, REAL)["items"] == [{"type": "product", "id": one} for one in REAL]
    assert [len(bind({"items": [{"id": "0" * length}]}, REAL)["items"][0]["id"]) for length in (35, 37)] == [35, 37]
    assert bind({"items": [{"epc": {"code": ""}}, {"epc": "AAA"}]}, REAL)["items"] == [{}, {"epc": "AAA"}]
    numbered = bind({"items": [{"id": "0" * 36, "serial_number": one} for one in ("", "A")]}, REAL)["items"]
    assert [one["serial_number"] for one in numbered] == [of_item("SN-1", REAL[0]), of_item("A", REAL[1])]
    assert bind({"items": [{"id": 0, "serial_number": 1}]}, REAL)["items"] == [{"id": 0, "serial_number": 1}]


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_a_random_request_is_one_that_the_documents_decide(data):
    request = data.draw(random_requests("createCancellation"))

    assert isinstance(request, GeneratedRequest)
    assert request.body["reason"].strip()


@pytest.mark.parametrize("operation", operations())
def test_a_violation_is_named_in_words(operation):
    for one in boundary_requests(operation, valid=False):
        assert " is " in str(one) or " has " in str(one), one.label
        # A label that an upgrade of Schemathesis brings has no words yet: it would be shown as it is.
        assert "is invalid (" not in str(one), one.label


def test_a_violation_names_its_place():
    places = {str(one) for one in boundary_requests("createPriceInformationForItems", valid=False)}

    assert {"items[0].type is not an allowed value", "items[0].id is too short", "items is missing"} <= places
    assert {"the body is missing", "the body has the wrong type"} <= places
    queries = {str(one) for one in boundary_requests("showOrderHistoryForCustomer", valid=False)}
    assert {"count=51 is above the maximum", "offset=-1 is below the minimum", "customer_id is missing"} <= queries
