"""A states source `injection` on a running server, as a session of checks would make it."""

from collections.abc import Callable
from typing import Any

from orderproof.conformance.config.injection import Injection, injection_of
from orderproof.conformance.config.target import Auth, Target
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.states.injection import injection_source
from orderproof.conformance.states.platform import Access
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.transport.client import Client

RUN = "orderproof-20261128-031654"
BLOCK: dict[str, Any] = {
    "shop": "storefront-us",
    "shop_locale": "en-US",
    "channel": {"type": "web", "name": "shopify"},
    "currency": "USD",
    "products": ["10000100", "10000101"],
    "preordered_products": ["10000900"],
    "shipping": {"service_level_identifier": "STANDARD", "price": 5, "tax": 0.5},
}
# As a target file has it.
TEXT = f"states: {{injection: {BLOCK!r}}}".replace("'", '"')


def injection(**more: Any) -> Injection:
    """The source that a target file with these keys describes; None leaves one out."""
    data = {key: value for key, value in {**BLOCK, **more}.items() if value is not None}
    return injection_of(data, "states.injection")


def states(client: Client, base_url: str, targets_token: str = "", **more: Any) -> States:
    """The states that an injection on a server gives."""
    target = Target("t", base_url, auth=Auth(bearer=targets_token or None), headers={"X-Tenant": "acme"})
    access = Access(client, target, lambda: targets_token or None, lambda: None, lambda: None)
    return States([("injection", injection_source(access, injection(**more), RUN))])


def why_not(made: Callable[[], State]) -> str:
    """Why a state is not to be had."""
    try:
        state = made()
    except StateUnavailable as error:
        return str(error)
    raise AssertionError(f"it gave {state}")
