"""The body of an answer against its schema in the OpenAPI descriptions: the first fault, in words."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.shortened import body_text, shortened
from orderproof.conformance.transport.strictjson import NotJson, parse_json
from orderproof.spec.description import Operation, description, operations


def body_error(exchange: Exchange, operation: Operation, status: str, media_type: str) -> tuple[str | None, str, str]:
    """What is wrong with a body by the description, what was expected and what came; None where nothing is.

    Raises `ValueError` or `RecursionError` for JSON that cannot be judged.
    """
    try:
        body = parse_json(exchange.response_body)
    except NotJson as error:
        return f"the body of {request_of(exchange)} is no JSON: {error}", "JSON", shown(exchange)
    if not isinstance(body, dict) and not status.startswith("2"):
        return f"the body of {request_of(exchange)} is no object", "an object", shown(exchange)
    fault = first_fault(_validator(operation.id, status, media_type), body, exchange.masks)
    if fault is None:
        return None, "", ""
    where = "/".join(str(part) for part in fault.instance_path) or "the body"
    value = _value_at(body, list(fault.instance_path))
    message = shortened(f"{request_of(exchange)}: {where}: {fault.message}", 500)
    return message, demand_of(fault), f"{where}: {value}"


def first_fault(
    validator: jsonschema_rs.Validator, body: Any, masks: Sequence[str] = ()
) -> jsonschema_rs.ValidationError | None:
    """The first fault that a validator finds, if any: each holds a copy of what is wrong, and all may be gigabytes.

    Where a report masked something, by its `masks`, the first that what was masked cannot explain.
    """
    if masks:
        # Bodies in a report are short.
        return next((one for one in validator.iter_errors(body) if not _is_masked(one, body, masks)), None)
    try:
        validator.validate(body)
    except jsonschema_rs.ValidationError as fault:
        return fault
    return None


def _is_masked(fault: jsonschema_rs.ValidationError, body: Any, masks: Sequence[str]) -> bool:
    """Whether a fault is in, or may come from, what was masked."""
    for step in fault.instance_path:
        body = body[step]
    # What lies deeper cannot make a member lack, or an object another type.
    seen = list(body) if isinstance(body, dict) and fault.schema_path[-1] in ("required", "type") else body
    text = json.dumps(seen, ensure_ascii=False)
    return any(mask in text for mask in masks)


def demand_of(fault: jsonschema_rs.ValidationError) -> str:
    """What the description demands, by its place there."""
    return f"valid against {'/'.join(str(part) for part in fault.schema_path)} of the description"


def _value_at(body: Any, path: list[Any]) -> str:
    for step in path:
        body = body[step]
    return shortened(json.dumps(body, ensure_ascii=False))


def _step(name: str) -> str:
    """A step of a JSON pointer in a URI's fragment (RFC 6901, 6)."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")


@cache
def _validator(operation_id: str, status: str, media_type: str) -> jsonschema_rs.Validator:
    operation = operations()[operation_id]
    response = operation.responses[status]
    if "$ref" in response:
        pointer = response["$ref"]
    else:
        pointer = f"#/paths/{_step(operation.path)}/{operation.method.lower()}/responses/{status}"
    pointer += f"/content/{_step(media_type)}/schema"
    uri = f"urn:orderproof:{operation.api}"
    registry = jsonschema_rs.Registry([(uri, dict(description(operation.api)))], draft=jsonschema_rs.Draft202012)
    return jsonschema_rs.Draft202012Validator({"$ref": uri + pointer}, validate_formats=True, registry=registry)


def request_of(exchange: Exchange) -> str:
    """The request of an exchange, to begin a sentence."""
    return f"{exchange.method} {exchange.url}"


def shown(exchange: Exchange) -> str:
    """The answer of an exchange, as far as a sentence shows it."""
    return f"{exchange.status} {body_text(exchange.response_body)}"
