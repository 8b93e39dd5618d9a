"""Request bodies: JSON objects, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.media import parse_media_type
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Bodies(Errors):
    """Decisions about request bodies."""

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """Whether a body of this type is read; one that does not say what it is, is taken for JSON."""
        if content_type is None:
            return True
        media_type = parse_media_type(content_type)
        return media_type is not None and media_type.full_type == "application/json"

    def parse_json(self, call: Call, content: bytes) -> Any:
        """The JSON document in a body: UTF-8, no NaN, no unpaired surrogate, no bottomless nesting."""
        try:
            document = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
            if b"\\u" in content:
                json.dumps(document, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise Refusal("json-malformed") from error
        return document

    def invalid_body(self, call: Call, message: str) -> Refusal:
        """The refusal of a body that is JSON, but not what the operation asks for."""
        return Refusal("body-invalid", f"Validation of the request failed with error: {message}")

    def body(self, call: Call) -> dict[str, Any]:
        """The JSON object that the request carries."""
        content_type = call.header("content-type")
        if not call.body and content_type is None:
            raise self.invalid_body(call, "a request body is required.")
        if not self.accepts_content_type(call, content_type):
            raise Refusal("content-type")
        document = self.parse_json(call, call.body)
        if not isinstance(document, dict):
            raise self.invalid_body(call, "the request body is not of type 'object'.")
        return document

    def item_id_length(self, call: Call) -> int:
        """How many characters the id of an item has in a request body."""
        return 36

    def valid_item_id(self, call: Call, value: object) -> bool:
        """Whether a value can be the id of an item; which item it names is asked later."""
        return isinstance(value, str) and len(value) == self.item_id_length(call)

    def items_of(self, call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The `items` of a body, each an object."""
        if "items" not in body:
            raise self.invalid_body(call, "'items' is a required property.")
        items = body["items"]
        if not isinstance(items, list):
            raise self.invalid_body(call, "'items' is not of type 'array'.")
        if not all(isinstance(item, dict) for item in items):
            raise self.invalid_body(call, "an item is not of type 'object'.")
        return items
