"""An answer as checks see it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.model.order import REFUSED
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.mediatype import MediaType, parse_media_type
from orderproof.conformance.transport.shortened import body_text
from orderproof.conformance.transport.strictjson import NotJson, TooMuchJson, parse_json


class Answer:
    """What came back for one request."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    @property
    def status(self) -> int | None:
        """The status code, or None when no complete answer came."""
        return self.exchange.status

    @property
    def media_type(self) -> MediaType | None:
        """The media type that `Content-Type` names, or None."""
        return parse_media_type(self.exchange.response_header("Content-Type"))

    @property
    def is_success(self) -> bool:
        """Whether the answer is a 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def has_json(self) -> bool:
        """Whether the body is JSON, and more than null."""
        try:
            return self.json is not None
        except Inconclusive:
            return False

    @property
    def is_refusal(self) -> bool:
        """Whether the request itself was refused: a 4xx that is not about the caller's token or rate.

        403 may be either (RFC 9110, 15.5.4), and the documents name no status for most refusals. A check shows that the
        token is not the reason by sending the valid request with the same token.
        """
        return self.status in REFUSED

    @cached_property
    def json(self) -> Any:
        """The body as JSON. Raises `Inconclusive` if it is not valid JSON, which another rule judges."""
        if not self.exchange.is_whole:
            raise Inconclusive(
                f"the answer to {self.request} is too long to be kept until it is looked at", self.exchange
            )
        try:
            return parse_json(self.exchange.response_body)
        except NotJson as error:
            raise Inconclusive(f"the answer to {self.request} is not valid JSON: {error}", self.exchange) from None
        except TooMuchJson as error:
            raise Inconclusive(f"the answer to {self.request} is not read: {error}", self.exchange) from None

    def at(self, *path: str | int) -> Any:
        """The value at a path such as `("items", 0, "id")`.

        Raises `Inconclusive` if it is absent: another rule judges on every answer whether it must be there.
        """
        value = self.json
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                where = ".".join(str(part) for part in path)
                raise Inconclusive(f"the answer to {self.request} has no {where}", self.exchange) from None
        return value

    @property
    def request(self) -> str:
        """Method and URL, to name the request in a sentence."""
        return f"{self.exchange.method} {self.exchange.url}"

    @property
    def result(self) -> str:
        """The status in words that follow the request: `returned 404`, or why no complete answer came."""
        return f"returned {self.status}" if self.status is not None else self.exchange.silence

    def __str__(self) -> str:
        if self.status is None:
            return f"no answer ({self.exchange.error})"
        return f"{self.status} {body_text(self.exchange.response_body)}".strip()


def json_object(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of a successful answer, and an empty one for any other."""
    if not answer.is_success:
        return {}
    try:
        found = answer.json
    except Inconclusive:
        return {}
    return found if isinstance(found, Mapping) else {}


def shown_items(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of an order that are objects."""
    items = order.get("items")
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []
