"""The state callback: Pact's provider-state request to the URL in `states.callback`.

The target's token is not sent, because the callback may be on another host.
"""

import json
import time

from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.states.sources import Ask, Values
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.shortened import body_text
from orderproof.conformance.transport.strictjson import NotJson, parse_json

# A set-up may have to inject an order and wait until it can be read.
CALLBACK_TIMEOUT_SECONDS = 60.0
_PAUSES = (0.2, 0.5, 1.0)


class CallbackUnreachable(StateUnavailable):
    """No answer from `states.callback`."""


def callback_source(client: Client, url: str) -> Ask:
    """A source of states that asks `url`: any 2xx is success, 404 means not offered, 5xx, 408 and 429 are retried."""

    def ask(name: str, params: Values, action: str) -> Values | None:
        body = json.dumps({"state": name, "params": dict(params), "action": action}).encode()
        headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
        for pause in (*_PAUSES, None):
            exchange = client.send("POST", url, headers, body, patient=False)
            status = exchange.status
            # Whoever has waited for an answer for a minute does not do so again.
            timed_out = status is None and exchange.duration >= client.timeout
            again = not timed_out and (status is None or status >= 500 or status in (408, 429))
            if pause is None or not again:
                break
            time.sleep(pause)
        if status is None:
            raise CallbackUnreachable(f"states.callback: no answer from {url} ({exchange.error})")
        if status == 404:
            return None
        if not 200 <= status < 300:
            shown = " ".join(body_text(exchange.response_body).split())
            raise StateUnavailable(f"states.callback answered {status} ({shown or 'without a body'})")
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
