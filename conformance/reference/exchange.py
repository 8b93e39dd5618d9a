"""One exchange: the call as it came in, and the answer as it goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from orderproof.conformance.reference.store import Tenant

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
VENDOR_TYPE = "application/x.newstore.orders+json"
VENDOR_V2 = f"{VENDOR_TYPE};version=2"


class Operation(NamedTuple):
    """One documented operation: its name, method, path and which of the two APIs it belongs to."""

    name: str
    method: str
    path: str
    internal: bool = False
    body: bool = False


OPERATIONS = (
    Operation("showSalesOrderByIdAndIdType", "GET", "/orders/{id}"),
    Operation("showOrderHistoryForCustomer", "GET", "/orders"),
    Operation("createPriceInformationForItems", "POST", "/orders/{id}/prices", body=True),
    Operation("createCancellation", "POST", "/orders/{id}/cancel", body=True),
    Operation("showCancellationStatus", "GET", "/orders/{id}/cancel"),
    Operation("createGracePeriod", "POST", "/orders/{id}/_extend_grace_period"),
    Operation("updateSalesOrderSerialNumbers", "PATCH", "/orders/{uuid}/serial_numbers", body=True),
    Operation("createLineItemCancellation", "POST", "/orders/{order_uuid}/items/{item_uuid}/cancel"),
    Operation("cancelLineItem", "POST", "/line_item/{uuid}/cancel", internal=True),
)
(
    GET_ORDER,
    HISTORY,
    PRICES,
    CANCEL,
    CANCELLATION_STATUS,
    EXTEND,
    SERIAL_NUMBERS,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
) = (operation.name for operation in OPERATIONS)

#: The vendor's own operation that makes orders; neither document has it.
INJECTION = Operation("injectOrder", "POST", "/d/fulfill_order", body=True)
INJECT = INJECTION.name

UNROUTED = Operation("", "", "")


@dataclass(slots=True)
class Call:
    """A request to the API, and what has been decided about it so far."""

    method: str
    segments: list[str]
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes = b""
    route: Operation = UNROUTED
    path: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    request_id: str = field(default_factory=lambda: uuid4().hex[:29])
    query_string: str = ""
    #: The address of the client's end of the connection, which tells it from every other.
    connection: tuple[str, int] | None = None
    tenant: Tenant = field(init=False)

    @property
    def operation(self) -> str:
        """The name of the operation, or nothing when no route matched."""
        return self.route.name

    def header(self, name: str) -> str | None:
        """All the field lines of a header, joined as RFC 9110 says, or None."""
        lines = [value for key, value in self.headers if key == name]
        return ", ".join(lines) if lines else None

    def parameters(self, name: str) -> list[str]:
        """Every value of a query parameter."""
        return [value for key, value in self.query if key == name]

    @property
    def is_by_readable_id(self) -> bool:
        """Whether the request names its order by the readable id."""
        return self.parameters("id_type") == ["external"]


@dataclass(slots=True)
class Answer:
    """A response before it is put on the wire."""

    status: int
    content: bytes = b""
    media_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def call_from_scope(scope: Mapping[str, Any]) -> Call:
    """The call that an ASGI scope describes; no bytes in it can make this fail."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    # Segments are split before they are decoded, so that an escaped slash stays within an id.
    segments = [unquote(segment, errors="replace") for segment in raw_path.decode("latin-1").split("/")[2:]]
    query_string = scope["query_string"].decode("latin-1")
    return Call(
        method=scope["method"],
        segments=segments,
        query=parse_qsl(query_string, keep_blank_values=True, errors="replace"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        query_string=query_string,
        connection=scope.get("client"),
    )
