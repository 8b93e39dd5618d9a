"""The state callback: Pact's provider-state request to the URL in `states.callback`.

The target's token is not sent, because the callback may be on another host.
"""

import json
import time
from urllib.parse import urlencode

from orderproof.conformance.config.target import Callback
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.states.sources import Ask, Values
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.shortened import body_text
from orderproof.conformance.transport.strictjson import NotJson, parse_json

_PAUSES = (0.2, 0.5, 1.0)


class CallbackNotReady(StateUnavailable):
    """`states.callback` answers as one that is not in working order, now at least."""


class CallbackUnreachable(CallbackNotReady):
    """No answer from `states.callback`."""


def callback_source(client: Client, callback: Callback) -> Ask:
    """A source of states that asks a callback: any 2xx is success, 404 means not offered, 5xx, 408 and 429 are retried.

    Messages name the URL without its query, which may hold a token.
    """
    url = callback.url
    asked = f"{url}?{urlencode(callback.query)}" if callback.query else url
    own = {name.lower() for name in callback.headers}
    usual = [("Content-Type", "application/json"), ("Accept", "application/json")]
    headers = [*(one for one in usual if one[0].lower() not in own), *callback.headers.items()]

    def ask(name: str, params: Values, action: str) -> Values | None:
        body = json.dumps({"state": name, "params": dict(params), "action": action}).encode()
        for pause in (*_PAUSES, None):
            exchange = client.send("POST", asked, headers, body, patient=False)
            status = exchange.status
            # Whoever has waited for an answer for a minute does not do so again, nor for a connection: the client did.
            has_waited = exchange.is_unreachable or (status is None and exchange.duration >= client.timeout)
            again = not has_waited and _may_pass(status)
            if pause is None or not again:
                break
            time.sleep(pause)
        if status is None:
            raise CallbackUnreachable(f"states.callback: no answer from {url} ({exchange.error})")
        if status == 404:
            return None
        if not 200 <= status < 300:
            shown = " ".join(body_text(exchange.response_body).split())
            raise (CallbackNotReady if _may_pass(status) else StateUnavailable)(
                f"states.callback answered {status} ({shown or 'without a body'})"
            )
        if action == "teardown":
            return {}
        try:
            values = parse_json(exchange.response_body)
        except NotJson as error:
            raise StateUnavailable(f"states.callback answered {status}, but not with JSON ({error})") from None
        if not isinstance(values, dict):
            raise StateUnavailable(f"states.callback answered {status}, but its JSON is not an object")
        return values

    return ask


def _may_pass(status: int | None) -> bool:
    return status is None or status >= 500 or status in (408, 429)
