"""The parameters of the descriptions are as strict as the documents."""

import pytest

from tests.samples import DESCRIPTIONS, operations, resolved, validator

ITEM = "25802b6c-a66f-4f76-b6bc-f1305468fc12"
PARAMETERS = {
    (operation["operationId"], parameter["name"]): (name, parameter)
    for name in DESCRIPTIONS
    for _, _, operation in operations(name)
    for parameter in (resolved(name, given) for given in operation["parameters"])
}


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        *[("count", value, True) for value in (1, 2, 10, 49, 50)],
        *[("count", value, False) for value in (0, 51, -1, 1.5, "ten", None, True)],
        *[("offset", value, True) for value in (0, 1, 110336)],
        *[("offset", value, False) for value in (-1, 0.5, "first", None)],
        *[("customer_id", value, True) for value in (ITEM, "NS-EU-1", "a")],
    ],
)
def test_a_query_parameter_of_the_history(name, value, valid):
    description, parameter = PARAMETERS["showOrderHistoryForCustomer", name]

    assert validator(description, parameter["schema"]).is_valid(value) is valid


def test_paging_has_defaults_and_is_optional():
    stated = {name: PARAMETERS["showOrderHistoryForCustomer", name][1] for name in ("offset", "count", "customer_id")}

    assert {name: one["schema"].get("default") for name, one in stated.items()} == {
        "offset": 0,
        "count": 10,
        "customer_id": None,
    }
    assert {name: one.get("required", False) for name, one in stated.items()} == {
        "offset": False,
        "count": False,
        "customer_id": True,
    }
    assert {stated[name]["schema"]["format"] for name in ("offset", "count")} == {"int32"}


def test_an_id_type_is_required_wherever_it_is_documented():
    stated = {operation: one for (operation, name), (_, one) in PARAMETERS.items() if name == "id_type"}

    assert set(stated) == {
        "showSalesOrderByIdAndIdType",
        "createCancellation",
        "showCancellationStatus",
        "createGracePeriod",
        "createLineItemCancellation",
    }
    for one in stated.values():
        accepted = validator("orders.openapi.yaml", one["schema"])
        assert one["required"] is True
        assert [
            value for value in ("internal", "external", "", "INTERNAL", "uuid", None, 1) if accepted.is_valid(value)
        ] == [
            "internal",
            "external",
        ]


def test_a_body_is_required_wherever_one_is_documented():
    stated = {
        operation["operationId"]: operation["requestBody"]["required"]
        for name in DESCRIPTIONS
        for _, _, operation in operations(name)
        if "requestBody" in operation
    }

    assert stated == dict.fromkeys(
        ("createPriceInformationForItems", "createCancellation", "updateSalesOrderSerialNumbers"), True
    )
