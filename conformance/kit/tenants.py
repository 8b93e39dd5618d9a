"""Whether the tenant that a state names can be used: its address and token are proven before a rule is judged there.

A wrong host, path or token of a state must not look like a broken rule. As in preflight, a cause is named only when
two requests agree on it, so that a server that merely breaks a rule is judged.
"""

import uuid

from orderproof.conformance.kit.api import Orders
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.mediatype import ORDERS_V2

_NOBODY = str(uuid.UUID(int=0, version=4))
# Where the external OMS fails, a history in version 2 may get the documented 503: no finding, and no request to wait.
_MAY_BE_503 = frozenset({"oms-invalid-payload", "oms-misconfigured", "oms-unavailable"})


def tenant_problem(orders: Orders, state: State, own_url: str) -> str | None:
    """Why requests about a state cannot be judged, with the value to change; None where they can.

    What comes from `own_url`, the address of the target itself, is the server's own doing, whatever it is: there only
    the state's token can be wrong. Sends one or two requests that change nothing, whose documented answer is neither a
    404 nor a refused token.
    """
    place = f"{state.base_url or 'the target'} answers"
    nobody = State("customer-without-orders", {}, {**state.values, "customer_id": _NOBODY})
    # An unknown customer has an empty history in version 2, and a request without a customer gets a 400.
    allowed = (503,) if state.name in _MAY_BE_503 else ()
    first = orders.history(nobody, accept=ORDERS_V2, allowed_5xx=allowed)
    if (first.is_success and first.has_json) or first.status == 400:
        return None
    second = orders.call("showOrderHistoryForCustomer", state, {}, accept=ORDERS_V2, allowed_5xx=allowed)
    answers, statuses = (first, second), {first.status, second.status}
    if statuses <= {401, 403}:
        token = "its token is refused" if state.token else "it names no token, and the target's own is refused"
        return f"token: {token}: {place} {first.status} to every request"
    if state.base_url in (None, own_url):
        return None
    if statuses == {None}:
        return f"base_url: nothing answers at {state.base_url} ({first.exchange.error})"
    if None not in statuses and all(300 <= status < 400 for status in statuses if status):
        return f"base_url: {place} every request with a redirection ({first.status}); give the final URL"
    if statuses <= {404, 405, 410}:
        return f"base_url: {place} {first.status} to every request; is its path right?"
    successes = [answer for answer in answers if answer.is_success]
    if successes and not any(answer.has_json for answer in successes):
        return f"base_url: what {place} is not JSON; is it the order API?"
    return None
