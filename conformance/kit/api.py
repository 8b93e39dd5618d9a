"""The documented API for checks: one method per operation, which can also send the operation's requests wrongly.

Every method takes the state that the request is about, so that it goes to that state's tenant, and returns an `Answer`.
Keyword arguments replace one part of an otherwise valid request, so that only this part can be the cause.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Unpack
from urllib.parse import quote

from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.findings import NotApplicable, NotRun
from orderproof.conformance.kit.habits import Habits
from orderproof.conformance.kit.known_answers import KnownAnswers
from orderproof.conformance.kit.polling import Poller
from orderproof.conformance.kit.request_parts import (
    DOCUMENTED_TYPES,
    OWN_TOKEN,
    Parts,
    is_external,
    order_id_of,
    path_of,
    payload_of,
    query_of,
)
from orderproof.conformance.kit.settings import Learned
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.mediatype import JSON
from orderproof.conformance.transport.origin import headers_at
from orderproof.spec.description import Operation, operations, shown_error_types


def prepared_exchange(
    method: str,
    url: str,
    headers: Headers,
    body: bytes | None,
    *,
    operation: str,
    allowed_5xx: tuple[int, ...],
) -> Exchange:
    """The exchange of a request that is sent later."""
    return Exchange(method, url, headers, body, 0.0, operation, allowed_5xx=allowed_5xx)


class Orders:
    """Both documented APIs of a target.

    `send` passes one request to the client; `base_urls` are by API (`orders`, `order-lines`), the latter None if the
    target leaves it out; `learned` is what preflight found out; `patience` is shared by the whole run, and so are
    `habits`: what the target turned out to want where the documents leave it open. `was_accepted` says whether the run
    has seen an operation (with an id type, as `createCancellation internal`) accepted for an order in this state.
    `prepare` makes an exchange that is sent later, `sample` chooses from the cases of a table; `known` is what the
    quick profile need not ask again.
    """

    def __init__(
        self,
        send: Callable[..., Exchange],
        base_urls: Mapping[str, str | None],
        headers: Mapping[str, str],
        token: Callable[[], str | None],
        learned: Learned = Learned(),  # noqa: B008 - it is frozen
        patience: Poller | None = None,
        habits: Habits | None = None,
        was_accepted: Callable[[str, State], bool] = lambda _key, _state: False,
        prepare: Callable[..., Exchange] = prepared_exchange,
        sample: Callable[..., list[Any]] = lambda cases, _count=1: list(cases),
        known: KnownAnswers | None = None,
    ) -> None:
        self._send = send
        self._prepare = prepare
        self._base_urls = base_urls
        self._headers = headers
        self._token = token
        self._learned = learned
        self.patience = patience or Poller()
        self._habits = habits or Habits()
        self._was_accepted = was_accepted
        self.sample = sample
        """The cases of a table that a check tries: a few in the quick profile (see `Session.sample`)."""
        self._known = known

    @property
    def has_internal_api(self) -> bool:
        """Whether the internal order line API can be used."""
        return self._base_urls["order-lines"] is not None and self._learned.internal_problem is None

    def may_spare(self, operation_id: str, state: State, id_type: str = "internal") -> bool:
        """Whether a valid request that uses an order up need not be sent: the run has seen it accepted for another one.

        Only where states are reused, and never for an order that is to convict.
        """
        is_known = operation_id != "createLineItemCancellation" or id_type == "internal" or self._habits.external_path
        return bool(is_known) and self._was_accepted(f"{operation_id} {id_type}", state)

    @property
    def is_brief(self) -> bool:
        """Whether what earlier checks saw of a state stands: in the quick profile, unless the state is to convict."""
        return self._known is not None

    def may_read_once(self) -> bool:
        """Whether one reading after several refused requests is enough: in the quick profile.

        The readings that are spared count as recalled, so that what then ends badly is judged again, with all of them.
        """
        if self._known is not None:
            self._known.recalled += 1
        return self.is_brief

    def last_extension(self, order: State) -> Answer | None:
        """The last extension of an order's grace period, where it need not be extended again to see its timer."""
        ids = [quote(str(order.values[key]), safe="") for key in ("order_uuid", "order_id")]
        found = self._known.extension(ids) if self._known else None
        return Answer(found) if found else None

    def prepared(self) -> "Orders":
        """The same API without sending: its answers contain exchanges for `send_together`."""
        return Orders(
            self._prepare, self._base_urls, self._headers, self._token, self._learned, self.patience, self._habits
        )

    def call(self, operation_id: str, state: State | None, path: Mapping[str, str], **parts: Unpack[Parts]) -> Answer:
        """Send a request for an operation; `path` values are percent-encoded, unless they are `Raw`.

        Raises `NotApplicable` for an operation of an API that the target leaves out, `NotRun` if it cannot be used.
        """
        if operation_id != "createLineItemCancellation" or "body" in parts or "raw_body" in parts:
            return self._call(operation_id, state, path, **parts)
        external = state is not None and path["order_uuid"] == state.values.get("order_id") and is_external(parts)
        return self._habits.cancel_line(partial(self._call, operation_id, state, **parts), state, path, external)

    def _call(self, operation_id: str, state: State | None, path: Mapping[str, str], **parts: Unpack[Parts]) -> Answer:
        operation = operations()[operation_id]
        payload = payload_of(parts)
        base_url = self._base_url(operation, state)
        own = headers_at(base_url, self._headers, str(self._base_urls["orders"]))
        headers = [*own, *self._negotiation(operation_id, state, parts)]
        content_type = parts.get("content_type", JSON)
        if payload is not None and content_type is not None:
            headers.append(("Content-Type", content_type))
        exchange = self._send(
            parts.get("method") or operation.method,
            base_url + path_of(operation, path) + query_of(parts.get("query", ())),
            headers,
            payload,
            operation=operation_id,
            allowed_5xx=parts.get("allowed_5xx", ()),
        )
        return Answer(exchange)

    def unknown_path(self, like: Answer, state: State | None) -> Answer:
        """The request of an answer, to a path that is not documented: what the answer to a wrong path looks like."""
        request = like.exchange
        url = self._base_url(operations()[str(request.operation)], state) + "/no-such-path-0"
        return Answer(self._send(request.method, url, request.request_headers, request.request_body, operation=None))

    def _base_url(self, operation: Operation, state: State | None) -> str:
        base_url = self._base_urls[operation.api]
        # A state's tenant is one of the public API; the internal API is where the target file says.
        if operation.api == "orders" and state and state.base_url:
            base_url = state.base_url
        if base_url is None:
            raise NotApplicable("the target file has no internal_base_url")
        if operation.api == "order-lines" and self._learned.internal_problem:
            raise NotRun(self._learned.internal_problem)
        return base_url

    def _negotiation(self, operation_id: str, state: State | None, parts: Parts) -> Iterator[tuple[str, str]]:
        """`Accept`, `Authorization` and `extra_headers`."""
        accept = parts.get("accept", DOCUMENTED_TYPES)
        if accept == DOCUMENTED_TYPES:
            accept = ", ".join((JSON, *shown_error_types(operation_id)))
        if accept is not None:
            yield "Accept", accept
        authorization = parts.get("authorization", OWN_TOKEN)
        if authorization == OWN_TOKEN:
            token = self.token_for(state)
            authorization = f"Bearer {token}" if token else None
        if authorization is not None:
            yield "Authorization", authorization
        yield from parts.get("extra_headers", ())

    def token_for(self, state: State | None) -> str | None:
        """The token for requests about a state: the state's own, or else the target's."""
        return (state.token if state else None) or self._token()

    def price_id_of(self, order: State) -> str:
        """The id of an order that its prices are requested by. The documents leave it open; preflight finds it out."""
        return str(order.values[self._learned.price_id])

    def show(self, order: State, *, id: str | None = None, id_type: str | None = "internal", **parts: Any) -> Answer:  # noqa: A002
        """GET /orders/{id}: the order by its internal or, with `id_type="external"`, its readable id."""
        path = {"id": order_id_of(order, id, id_type)}
        return self.call("showSalesOrderByIdAndIdType", order, path, query={"id_type": id_type}, **parts)

    def history(self, customer: State, *, customer_id: str | None = None, **parts: Any) -> Answer:
        """GET /orders: a customer's orders. `count`, `offset` and other query members are keyword arguments."""
        query: dict[str, Any] = {"customer_id": customer.values["customer_id"] if customer_id is None else customer_id}
        for name in ("count", "offset"):
            if name in parts:
                query[name] = parts.pop(name)
        query.update(parts.pop("query", {}))
        return self.call("showOrderHistoryForCustomer", customer, {}, query=query, **parts)

    def prices(self, order: State, items: Any = None, *, id: str | None = None, **parts: Any) -> Answer:  # noqa: A002
        """POST /orders/{id}/prices for price lines such as `{"type": "product", "id": …}`."""
        path = {"id": self.price_id_of(order) if id is None else id}
        parts.setdefault("body", {"items": items})
        return self.call("createPriceInformationForItems", order, path, **parts)

    def cancel(self, order: State, **parts: Any) -> Answer:
        """POST /orders/{id}/cancel; without `body`, with that of the document's sample."""
        if "raw_body" not in parts:
            parts.setdefault("body", {"reason": "Customer remorse", "note": "Example note"})
        return self._on_order("createCancellation", order, **parts)

    def cancellation_status(self, order: State, **parts: Any) -> Answer:
        """GET /orders/{id}/cancel."""
        return self._on_order("showCancellationStatus", order, **parts)

    def extend_grace_period(self, order: State, **parts: Any) -> Answer:
        """POST /orders/{id}/_extend_grace_period."""
        return self._on_order("createGracePeriod", order, **parts)

    def _on_order(
        self,
        operation_id: str,
        order: State,
        *,
        id: str | None = None,  # noqa: A002
        id_type: str | None = "internal",
        **parts: Any,
    ) -> Answer:
        path = {"id": order_id_of(order, id, id_type)}
        return self.call(operation_id, order, path, query={"id_type": id_type}, **parts)

    def add_serial_numbers(self, order: State, items: Any = None, *, uuid: str | None = None, **parts: Any) -> Answer:
        """PATCH /orders/{uuid}/serial_numbers for entries such as `{"id": …, "serial_number": …}`."""
        path = {"uuid": order.values["order_uuid"] if uuid is None else uuid}
        parts.setdefault("body", {"items": items})
        return self.call("updateSalesOrderSerialNumbers", order, path, **parts)

    def cancel_line_item(
        self,
        order: State,
        item_uuid: str,
        *,
        order_uuid: str | None = None,
        id_type: str | None = "internal",
        **parts: Any,
    ) -> Answer:
        """POST /orders/{order_uuid}/items/{item_uuid}/cancel."""
        path = {"order_uuid": order_id_of(order, order_uuid, id_type), "item_uuid": item_uuid}
        return self.call("createLineItemCancellation", order, path, query={"id_type": id_type}, **parts)

    def cancel_line_item_internally(self, order: State, item_uuid: str, **parts: Any) -> Answer:
        """POST /line_item/{uuid}/cancel of the internal API."""
        return self.call("cancelLineItem", order, {"uuid": item_uuid}, **parts)
