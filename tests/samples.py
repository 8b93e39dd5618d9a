"""What the published documents show, read from their text alone, and what our descriptions say of the same.

The text under `spec/source` is a page as a browser shows it: a sample's JSON is split into one token a line, a value
that is folded or on another tab is missing, and of several tabs the first is open.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from orderproof import spec

SPEC = Path(spec.__path__[0])
DESCRIPTIONS = {
    "orders.openapi.yaml": "order-information-retrieval-api.txt",
    "order-lines.openapi.yaml": "order-line-internal-apis.txt",
}
STATUS = re.compile(r"[1-5]\d\d|default")
METHODS = ("get", "post", "patch")
# How the page writes a constraint down. The descriptions hold it as a schema, and the tests name each.
NOTATION = re.compile(
    r"\(?\[ .* \]( items\))?( items)?|= \d+ characters|string or null|objects or objects|Request Body schema:"
)


@dataclass(frozen=True)
class Sample:
    """One sample, and everything that the document says about it."""

    description: str
    """The name of the OpenAPI description that has to hold it."""
    method: str
    path: str
    status: str | None
    """The open tab of an answer's sample; None for a request's."""
    statuses: tuple[str, ...]
    """All tabs: the answers that have a sample."""
    media_types: tuple[str, ...]
    """What can be chosen, the chosen one last."""
    names: tuple[str, ...]
    """The titles that can be chosen, the chosen one last; empty for a sample without one."""
    value: Any = field(compare=False)

    @property
    def media_type(self) -> str:
        return self.media_types[-1]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or 'request'} {self.media_type}"


def text_of(description: str) -> list[str]:
    """The lines of the document behind a description."""
    return (SPEC / "source" / DESCRIPTIONS[description]).read_text(encoding="utf-8").splitlines()


def load(description: str) -> dict[str, Any]:
    """An OpenAPI description as it ships."""
    # Every worker reads them: where the loader in C is installed, it takes a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((SPEC / description).read_text(encoding="utf-8"), loader)
    return document


DOCUMENTS = {name: load(name) for name in DESCRIPTIONS}


def squeezed(text: str) -> str:
    """Text without what a rendered page cannot show: white space and the marks of code and emphasis."""
    return re.sub(r"[\s`*]", "", text)


def samples(description: str) -> Iterator[Sample]:
    """Every sample of the document, in its order."""
    lines = text_of(description)
    method = path = ""
    for number, line in enumerate(lines):
        if line == "/v0":
            method, path = lines[number - 2], lines[number + 1]
        elif line in ("Request samples", "Response samples"):
            tabs, rest = lines[number + 1 :], number + 1
            statuses = tuple(_until(tabs, "Content type"))
            rest += len(statuses) + 1
            media_types = tuple(_until(lines[rest:], "Example", "Copy"))
            rest += len(media_types)
            names: tuple[str, ...] = ()
            if lines[rest] == "Example":
                names = _choices(lines[rest + 1 :])
            is_answer = line == "Response samples"
            yield Sample(
                description,
                method,
                path,
                statuses[0] if is_answer else None,
                statuses if is_answer else (),
                media_types,
                names,
                _json(lines[rest:]),
            )


def answers(description: str) -> dict[tuple[str, str], dict[str, str]]:
    """The documented statuses of every operation, each with its words."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    lines = text_of(description)
    for number, line in enumerate(lines):
        if line != "Responses":
            continue
        stated: dict[str, list[str]] = {}
        end = number + 1
        while lines[end] not in METHODS:
            if STATUS.fullmatch(lines[end]):
                stated[lines[end]] = []
            else:
                stated[list(stated)[-1]].append(lines[end])
            end += 1
        found[lines[end], lines[end + 1]] = {status: " ".join(words) for status, words in stated.items()}
    return found


def prose(description: str) -> list[str]:
    """The lines that say something: no menus, no samples, no notation."""
    lines = text_of(description)
    start = next(number for number, line in enumerate(lines) if line.startswith("Use this API"))
    spoken, in_sample, depth = [], False, 0
    for line in lines[start : lines.index("Previous")]:
        if line in ("Request samples", "Response samples"):
            in_sample = True
        elif in_sample:
            depth += (line == "{") - (line == "}")
            in_sample = depth > 0 or line != "}"
        elif len(line.split()) > 2 and not NOTATION.fullmatch(line):
            spoken.append(line)
    return spoken


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation, each with the parameters that its path shares."""
    for path, item in DOCUMENTS[name]["paths"].items():
        for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace"):
            if method in item:
                shared = item.get("parameters", [])
                yield method, path, {**item[method], "parameters": [*shared, *item[method].get("parameters", [])]}


def resolved(name: str, node: Any) -> Any:
    """A node, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        target = DOCUMENTS[name]
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def nodes(node: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every node of a description's part, with the way to it."""
    yield path, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(value, *path, str(key))


def contents(name: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every described body: operation, status or "request", media type, media type object."""
    for _, _, operation in operations(name):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for part, body in bodies.items():
            for media_type, content in body.get("content", {}).items():
                yield operation["operationId"], part, media_type, content


def validator(name: str, schema: dict[str, Any], *, formats: bool = True) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema of a description."""
    rooted = {"components": DOCUMENTS[name]["components"], "allOf": [schema]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=formats)


def _until(lines: list[str], *ends: str) -> Iterator[str]:
    for line in lines:
        if line in ends:
            return
        yield line


def _choices(lines: list[str]) -> tuple[str, ...]:
    """A menu's titles. The page repeats the chosen one after them, and then may explain it."""
    titles: list[str] = []
    for line in lines:
        if line in titles:
            return (*(title for title in titles if title != line), line)
        titles.append(line)
    raise ValueError("a menu whose chosen title is not repeated")


def _json(lines: list[str]) -> Any:
    start = lines.index("{")
    return json.JSONDecoder().raw_decode("".join(lines[start:]))[0]
