"""The platform as whoever makes orders on it sees it: the injection of an order, and the documented operations.

A refusal becomes `NotOffered` with the server's own words: it says that a state cannot be had, never that a rule is
broken. What may be otherwise the next time (no answer, a 5xx) is `StateUnavailable`.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from orderproof.conformance.config.injection import Injection
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import NotOffered, StateUnavailable
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2
from orderproof.conformance.transport.origin import origin_and_path
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.conformance.transport.shortened import body_text, shortened
from orderproof.conformance.transport.strictjson import NotJson, parse_json

INJECTION_PATH = "/d/fulfill_order"
# The vendor lets 20 orders a second in.
ORDERS_PER_SECOND = 20
_REPEAT_PAUSES = (0.5, 1.0, 2.0)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_TOO_MANY_ITEMS = "maximum_allowed_number_of_items_exceeded"
_REASON = {"reason": "Test data of orderproof"}
MOST_ON_A_PAGE = 50


class Refused(NotOffered):
    """The platform refused a request, and would refuse it again."""

    def __init__(self, told: str, exchange: Exchange) -> None:
        super().__init__(told)
        self.has_too_many_items = _TOO_MANY_ITEMS.encode() in exchange.response_body


class Access(NamedTuple):
    """How the platform is reached: `token` gives the target's token, `wait` waits for the target's rate.

    `wait_to_inject` waits for the vendor's rate of injections, which all processes of a run keep together.
    """

    client: Client
    target: Target
    token: Callable[[], str | None]
    wait: Callable[[], None]
    wait_to_inject: Callable[[], None]


class Platform:
    """Makes orders and reads them back."""

    def __init__(self, access: Access, injection: Injection) -> None:
        self._access = access
        self._base_url = access.target.base_url
        self.injection = injection
        self.injection_url = injection.url or self._base_url + INJECTION_PATH
        self._is_own_origin = origin_and_path(self.injection_url)[0] == origin_and_path(self._base_url)[0]

    def inject(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The platform's answer to an order. A 5xx, and a connection that broke, are followed by the same payload.

        The vendor's API is idempotent by `external_id`, so a request that was carried out is not carried out twice.
        """
        body = json.dumps(document).encode()
        for pause in (*_REPEAT_PAUSES, None):
            self._access.wait_to_inject()
            exchange = self._send("POST", self.injection_url, self._injection_headers(), body)
            timed_out = exchange.status is None and exchange.duration >= self._access.client.timeout
            may_pass = exchange.status is None or (exchange.status >= 500 and not is_deferred(exchange))
            if pause is None or timed_out or not may_pass:
                break
            time.sleep(pause)
        answer = self._success(exchange)
        if not isinstance(answer, Mapping):
            raise NotOffered(f"{self._told(exchange)}, which is not a JSON object")
        return answer

    def order(self, uuid: str) -> Mapping[str, Any] | None:
        """An order by its UUID, or None as long as the platform does not know it."""
        exchange = self._read(f"/orders/{quote(uuid, safe='')}?id_type=internal")
        return None if exchange.status == 404 else _mapping(self._success(exchange))

    def cancellation_status(self, uuid: str) -> Mapping[str, Any]:
        """What the cancellation status says of an order."""
        return _mapping(self._success(self._read(f"/orders/{quote(uuid, safe='')}/cancel?id_type=internal")))

    def history(self, customer_id: str) -> list[Any]:
        """The newest orders of a customer, at most 50."""
        query = urlencode({"customer_id": customer_id, "count": MOST_ON_A_PAGE})
        exchange = self._read(f"/orders?{query}", ORDERS_V2)
        listed = _mapping(self._success(exchange)).get("orders")
        if not isinstance(listed, list):
            raise NotOffered(f"{self._told(exchange)}, which has no list of orders")
        return listed

    def extend(self, uuid: str) -> Any:
        """The `due_at` of an order after one extension of its grace period."""
        exchange = self._post(f"/orders/{quote(uuid, safe='')}/_extend_grace_period?id_type=internal")
        return _mapping(self._success(exchange)).get("due_at")

    def cancel(self, order_id: str, id_type: str = "internal") -> bool:
        """Cancel an order; False if the platform refuses it. Raises `StateUnavailable` if nobody knows."""
        exchange = self._post(f"/orders/{quote(order_id, safe='')}/cancel?id_type={id_type}", _REASON)
        if exchange.status in (401, 403):
            raise StateUnavailable(self._told(exchange))
        return self._is_done(exchange)

    def cancel_item(self, order_id: str, item_uuid: str, id_type: str = "internal") -> str | None:
        """Cancel an item; what the platform says against it, or None."""
        path = f"/orders/{quote(order_id, safe='')}/items/{quote(item_uuid, safe='')}/cancel?id_type={id_type}"
        exchange = self._post(path)
        # No body is documented, but the sample of a refusal says that a reason is required.
        if exchange.status in (400, 422) and b"reason" in exchange.response_body:
            exchange = self._post(path, _REASON)
        return None if self._is_done(exchange) else f"POST …/cancel {_result(exchange)}"

    def _is_done(self, exchange: Exchange) -> bool:
        """Whether a request was carried out; False if it was refused."""
        if exchange.status is None or exchange.status >= 500 or is_deferred(exchange):
            raise StateUnavailable(self._told(exchange))
        return 200 <= exchange.status < 300

    def _injection_headers(self) -> Headers:
        """The target's token and headers go to the target's origin alone: another host would learn them."""
        token = self.injection.token or (self._access.token() if self._is_own_origin else None)
        return self._headers(token, self._is_own_origin)

    def _headers(self, token: str | None, has_own: bool = True) -> Headers:
        own = self._access.target.headers.items() if has_own else ()
        return [*own, *([("Authorization", f"Bearer {token}")] if token else [])]

    def _read(self, path: str, accept: str = JSON) -> Exchange:
        return self._send("GET", self._base_url + path, self._headers(self._access.token()), None, accept)

    def _post(self, path: str, body: Mapping[str, Any] | None = None) -> Exchange:
        data = None if body is None else json.dumps(body).encode()
        return self._send("POST", self._base_url + path, self._headers(self._access.token()), data)

    def _send(self, method: str, url: str, headers: Headers, body: bytes | None, accept: str = JSON) -> Exchange:
        self._access.wait()
        typed = [("Content-Type", JSON)] if body is not None else []
        return self._access.client.send(method, url, [*headers, ("Accept", accept), *typed], body)

    def _success(self, exchange: Exchange) -> Any:
        """The JSON of a successful answer."""
        status = exchange.status
        if status is None or status >= 500 or is_deferred(exchange):
            raise StateUnavailable(self._told(exchange))
        if not 200 <= status < 300:
            raise Refused(f"{self._told(exchange)}{self._hint(exchange)}", exchange)
        try:
            return parse_json(exchange.response_body)
        except NotJson as error:
            raise NotOffered(f"{self._told(exchange)}, but not with JSON ({error})") from None

    def _told(self, exchange: Exchange) -> str:
        """A request and what came of it: the whole URL where it may be wrong, the documented path elsewhere."""
        url = exchange.url.partition("?")[0]
        shown = url if url == self.injection_url else url.removeprefix(self._base_url)
        return f"{exchange.method} {shown} {_result(exchange)}"

    def _hint(self, exchange: Exchange) -> str:
        """What to do about a refusal that is about the access."""
        if exchange.url != self.injection_url:
            return ""
        if exchange.status in (404, 405):
            return "; is states.injection.url right?"
        if exchange.status not in (401, 403):
            return ""
        if self.injection.token:
            return "; is states.injection.token right?"
        if not self._is_own_origin:
            return "; the target's token is sent to base_url alone: add states.injection.token"
        return "; may the token inject orders? Give another one as states.injection.token"


def _result(exchange: Exchange) -> str:
    """What came of a request, in the server's own words."""
    if exchange.status is None:
        return f"got no answer ({exchange.error})"
    shown = "" if 200 <= exchange.status < 300 else _words(exchange.response_body)
    return f"returned {exchange.status}{f' ({shown})' if shown else ''}"


def _words(body: bytes) -> str:
    """What a refusal says: its code and message where it has them, or the beginning of the body."""
    try:
        document = parse_json(body)
    except NotJson:
        document = None
    said = [document.get(key) for key in ("error_code", "message")] if isinstance(document, Mapping) else []
    texts = [" ".join(text.split()) for text in said if isinstance(text, str) and text]
    return shortened(": ".join(texts), 300) if texts else " ".join(body_text(body).split())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def attempts(seconds: float) -> Iterator[None]:
    """Yield before each attempt to see an effect, with growing pauses, for at most so many seconds."""
    deadline, pause = time.monotonic() + seconds, _FIRST_PAUSE
    yield
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)
        yield
