"""The OpenAPI descriptions say what the published documents say: all of it, and no more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.samples import (
    DESCRIPTIONS,
    DOCUMENTS,
    SPEC,
    Sample,
    answers,
    contents,
    nodes,
    operations,
    prose,
    resolved,
    samples,
    squeezed,
    text_of,
    validator,
)

JSON = "application/json"
VERSION_2 = "application/x.newstore.orders+json;version=2"
PROBLEM = "application/problem+json"
SAMPLES = [sample for name in DESCRIPTIONS for sample in samples(name)]
OPERATION_IDS = {
    "showSalesOrderByIdAndIdType",
    "showOrderHistoryForCustomer",
    "createPriceInformationForItems",
    "createCancellation",
    "showCancellationStatus",
    "createGracePeriod",
    "updateSalesOrderSerialNumbers",
    "createLineItemCancellation",
    "cancelLineItem",
}
# What names, describes or locates a person, however it is called in the answer.
PERSONAL = {
    *("name", "email", "first_name", "second_name", "last_name", "phone", "address_line_1", "address_line_2"),
    *("zip_code", "city", "note", "message"),
}
every_description = pytest.mark.parametrize("name", DESCRIPTIONS)
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)


def operation_of(sample: Sample) -> dict[str, Any]:
    return next(
        op for method, path, op in operations(sample.description) if (method, path) == (sample.method, sample.path)
    )


def examples() -> Iterator[Any]:
    for name in DESCRIPTIONS:
        for operation, part, media_type, content in contents(name):
            assert content["examples"], (operation, part, media_type)
            for key, example in content["examples"].items():
                value = resolved(name, example)["value"]
                yield pytest.param(name, content["schema"], value, id=f"{operation} {part} {media_type} {key}")
        for _, _, operation in operations(name):
            for parameter in (resolved(name, given) for given in operation["parameters"]):
                for key, example in parameter["examples"].items():
                    value = resolved(name, example)["value"]
                    shown = f"{operation['operationId']} {parameter['name']} {key}"
                    yield pytest.param(name, parameter["schema"], value, id=shown)


@every_description
def test_it_is_valid_openapi(name):
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENTS[name]).iter_errors()] == []


@every_description
def test_it_stands_alone(name):
    references = {node["$ref"] for _, node in nodes(DOCUMENTS[name]) if isinstance(node, dict) and "$ref" in node}
    targets = {
        node["operationId"]
        for _, node in nodes(DOCUMENTS[name].get("components", {}).get("links", {}))
        if isinstance(node, dict) and "operationId" in node
    }

    assert all(reference.startswith("#/") and resolved(name, {"$ref": reference}) for reference in references)
    assert targets <= {operation["operationId"] for _, _, operation in operations(name)}


def test_every_operation_is_there():
    described = [operation["operationId"] for name in DESCRIPTIONS for _, _, operation in operations(name)]

    assert len(described) == len(set(described))
    assert set(described) == OPERATION_IDS


@every_description
def test_every_documented_answer_is_there_in_its_words_and_no_other(name):
    described = {
        (method, path): {status: squeezed(answer["description"]) for status, answer in operation["responses"].items()}
        for method, path, operation in operations(name)
    }

    assert described == {
        operation: {status: squeezed(words) for status, words in stated.items()}
        for operation, stated in answers(name).items()
    }


@every_description
def test_an_answer_has_content_where_the_document_has_a_sample_of_it(name):
    shown = {(sample.method, sample.path): sample.statuses for sample in SAMPLES if sample.statuses}

    for method, path, operation in operations(name):
        described = tuple(status for status, answer in operation["responses"].items() if "content" in answer)
        assert described == shown[method, path], (method, path)


@every_sample
def test_a_sample_stands_in_the_description_as_published(sample):
    operation = operation_of(sample)
    body = operation["responses"][sample.status] if sample.status else operation["requestBody"]
    given = [
        resolved(sample.description, example) for example in body["content"][sample.media_type]["examples"].values()
    ]

    assert set(body["content"]) == set(sample.media_types)
    assert [example["value"] for example in given if not example.get("x-synthesized")] == [sample.value]
    if sample.names:
        assert {example["summary"] for example in given} == set(sample.names)
        assert next(example for example in given if example["summary"] == sample.names[-1])["value"] == sample.value


@pytest.mark.parametrize(("name", "schema", "value"), list(examples()))
def test_an_example_is_valid(name, schema, value):
    assert [error.message for error in validator(name, schema).iter_errors(value)] == []


@every_description
def test_every_sentence_of_the_document_is_there(name):
    said = [squeezed(str(node)) for _, node in nodes(DOCUMENTS[name]) if isinstance(node, str)]

    missing = [line for line in prose(name) if not any(squeezed(line) in text for text in said)]

    assert len(prose(name)) > 5
    assert missing == []


@every_description
def test_every_description_is_a_sentence_of_the_document(name):
    """Links, answers' schemas and synthesized examples are ours to describe; the rest is the document's."""
    document, published = DOCUMENTS[name], squeezed(" ".join(text_of(name)))
    requests = {
        key: node
        for key, node in document["components"]["schemas"].items()
        if key.endswith(("Request", "SerialNumber"))
    }
    of_document = [
        document["info"],
        document["tags"],
        document["paths"],
        document["components"].get("parameters"),
        requests,
    ]

    for path, node in nodes(of_document):
        if path and path[-1] in ("description", "summary", "title") and isinstance(node, str):
            assert all(squeezed(part) in published for part in node.split("\n\n")), node


@every_description
def test_an_error_says_whether_the_document_shows_its_media_type(name):
    errors = {(op, part): (media, content) for op, part, media, content in contents(name) if part[0] in "45"}
    shown = {key for key, (_, content) in errors.items() if content["x-shown"] is True}

    assert {media for media, _ in errors.values()} == {PROBLEM if name == "orders.openapi.yaml" else JSON}
    # Of the tabs above a sample only the open one shows its media type: the 400, wherever it is not a 200.
    with_errors_open = {
        "createCancellation",
        "updateSalesOrderSerialNumbers",
        "createLineItemCancellation",
        "cancelLineItem",
    }
    here = {operation["operationId"] for _, _, operation in operations(name)}
    assert shown == {(operation, "400") for operation in with_errors_open & here}


@every_description
def test_every_operation_asks_for_the_token(name):
    document = DOCUMENTS[name]

    assert document["security"] == [{"newStoreAccessToken": []}]
    assert not any("security" in operation for _, _, operation in operations(name))
    assert document["components"]["securitySchemes"]["newStoreAccessToken"] == {"type": "http", "scheme": "bearer"}
    assert all(server["url"].endswith("/v0") for server in document["servers"])


def test_content_negotiation_is_not_a_header_parameter():
    given = [resolved(name, one) for name in DESCRIPTIONS for _, _, op in operations(name) for one in op["parameters"]]

    assert {parameter["in"] for parameter in given} == {"path", "query"}


def test_what_exists_for_one_media_type_only_is_marked():
    history = DOCUMENTS["orders.openapi.yaml"]["paths"]["/orders"]["get"]
    given = {parameter["name"]: parameter.get("x-only-with-accept") for parameter in history["parameters"]}
    stated = {status: answer.get("x-only-with-accept") for status, answer in history["responses"].items()}

    assert given == {"customer_id": None, "offset": VERSION_2, "count": VERSION_2}
    assert stated == dict.fromkeys(stated) | dict.fromkeys(("404", "409", "412"), JSON)


def test_personal_data_is_marked():
    marked = {
        path[-1]
        for name in DESCRIPTIONS
        for path, node in nodes(DOCUMENTS[name]["components"]["schemas"])
        if isinstance(node, dict) and node.get("x-personal-data") is True
    }

    assert marked == PERSONAL


def test_the_register_of_open_choices_is_whole():
    choices = yaml.safe_load((SPEC / "open-choices.yaml").read_text(encoding="utf-8"))["choices"]
    ids = [choice["id"] for choice in choices]
    slug = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

    assert len(ids) == len(set(ids))
    assert {choice["point"] for choice in choices} == set(range(1, 13))
    for choice in choices:
        readings = [reading["id"] for reading in choice["readings"]]
        assert set(choice) == {"id", "point", "question", "sentence", "readings"}
        assert len(readings) == len(set(readings)) > 1
        assert all(slug.fullmatch(one) for one in [choice["id"], *readings])
        assert choice["question"].endswith("?")
        assert all(set(reading) == {"id", "says"} and reading["says"].endswith(".") for reading in choice["readings"])
