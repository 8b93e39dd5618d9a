"""The two OpenAPI descriptions as data: the operations, and what each answer must look like."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orderproof.spec.yamlfile import read_yaml

DESCRIPTIONS: Mapping[str, Path] = {
    "orders": Path(__file__).with_name("orders.openapi.yaml"),
    "order-lines": Path(__file__).with_name("order-lines.openapi.yaml"),
}

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation. `api` is its key in `DESCRIPTIONS`; `definition` its OpenAPI object."""

    id: str
    api: str
    method: str
    path: str
    definition: Mapping[str, Any]

    @property
    def path_pattern(self) -> re.Pattern[str]:
        """A regular expression for the concrete paths of this operation, below the base URL."""
        return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", self.path.replace(".", r"\.")))

    @property
    def responses(self) -> Mapping[str, Any]:
        """The documented answers, by status (as text) or `default`."""
        responses: Mapping[str, Any] = self.definition["responses"]
        return responses


@cache
def description(api: str) -> Mapping[str, Any]:
    """The parsed OpenAPI document of an API in `DESCRIPTIONS`."""
    document: Mapping[str, Any] = read_yaml(DESCRIPTIONS[api])
    return document


def resolve(api: str, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow `$ref`s within one description until a real object is reached."""
    while "$ref" in node:
        target: Any = description(api)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


@cache
def operations() -> Mapping[str, Operation]:
    """Every documented operation of both APIs, by operationId."""
    return {
        definition["operationId"]: Operation(definition["operationId"], api, method.upper(), path, definition)
        for api in DESCRIPTIONS
        for path, item in description(api)["paths"].items()
        for method, definition in item.items()
        if method in _METHODS
    }


@cache
def shown_error_types(operation_id: str) -> tuple[str, ...]:
    """Media types other than JSON that the document shows over samples of an operation's errors (`x-shown`)."""
    operation = operations()[operation_id]
    bodies = [resolve(operation.api, answer).get("content", {}) for answer in operation.responses.values()]
    shown = {name for content in bodies for name, body in content.items() if body.get("x-shown")}
    return tuple(sorted(shown - {"application/json"}))


@cache
def personal_members() -> frozenset[tuple[str, str]]:
    """Members that hold personal data (`x-personal-data`), as (name of the enclosing member, own name).

    A pair, because `name` is a person's in `customer` and a product's in `product_attributes`.
    """
    seen: set[tuple[str, int]] = set()
    return frozenset(
        member
        for operation in operations().values()
        for response in operation.responses.values()
        for content in resolve(operation.api, response).get("content", {}).values()
        for member in _personal_members(operation.api, content.get("schema"), "", seen)
    )


def _personal_members(api: str, schema: Any, parent: str, seen: set[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """Those of a schema and of all that it holds; `seen` are the schemas that were looked at, by their place."""
    if not isinstance(schema, Mapping):
        return
    schema = resolve(api, schema)
    if (parent, id(schema)) in seen:
        return
    seen.add((parent, id(schema)))
    for name, member in schema.get("properties", {}).items():
        if isinstance(member, Mapping) and resolve(api, member).get("x-personal-data"):
            yield parent, name
        yield from _personal_members(api, member, name, seen)
    branches = [branch for keyword in ("oneOf", "anyOf", "allOf") for branch in schema.get(keyword, ())]
    for branch in (*branches, schema.get("items")):
        yield from _personal_members(api, branch, parent, seen)
