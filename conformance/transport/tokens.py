"""Tokens: where a request's authorization comes from, and every secret that may not reach a report."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from orderproof.conformance.config.fields import sendable_token
from orderproof.conformance.config.target import Auth
from orderproof.conformance.errors import VoidError
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.shortened import shortened

# Access tokens of the platform live about five minutes; one that is nearly over may run out on its way.
_RENEW_BEFORE_SECONDS = 30.0
_DEFAULT_LIFETIME_SECONDS = 300.0


class Tokens:
    """Gives the bearer token for a request, fetching and renewing it where OAuth 2 is configured (RFC 6749, 4.4)."""

    def __init__(self, auth: Auth, client: Client) -> None:
        self._auth = auth
        self._client = client
        self._lock = threading.Lock()
        self._token: str | None = auth.bearer
        self._renew_at = float("inf") if auth.oauth2 is None else 0.0
        self.secrets: set[str] = {auth.bearer} if auth.bearer else set()
        if auth.oauth2:
            self.secrets.add(auth.oauth2.client_secret)

    @property
    def configured(self) -> bool:
        """Whether the target says how to authorize."""
        return self._auth != Auth()

    def current(self) -> str | None:
        """A token that is valid now, or None where none is configured. Raises `VoidError` when none is to be had."""
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        oauth2 = self._auth.oauth2
        assert oauth2 is not None
        form = {
            "grant_type": "client_credentials",
            "client_id": oauth2.client_id,
            "client_secret": oauth2.client_secret,
            **({"scope": oauth2.scope} if oauth2.scope else {}),
        }
        headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
        exchange = self._client.send("POST", oauth2.token_url, headers, urlencode(form).encode())
        if exchange.status is None:
            raise VoidError(
                f"no token could be fetched from auth.oauth2.token_url {oauth2.token_url}: {exchange.error}"
            )
        try:
            answer = json.loads(exchange.response_body)
            token = answer["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if exchange.status != 200 or not isinstance(token, str) or not sendable_token(token):
            shown = "an access_token that cannot be used" if token else _shown(exchange, oauth2.client_secret)
            raise VoidError(
                f"auth.oauth2: {oauth2.token_url} answered {exchange.status} instead of a token: {shown}; "
                "check client_id, client_secret and scope"
            )
        self._token = token
        self.secrets.add(token)
        self._renew_at = time.monotonic() + max(1.0, _lifetime(answer) - _RENEW_BEFORE_SECONDS)


def _shown(exchange: Exchange, secret: str) -> str:
    """An answer for the report; of a success only the names of its members: a value may be a token all the same."""
    body = exchange.response_body.decode("utf-8", "replace").replace(secret, "***")
    try:
        answer = json.loads(body) if exchange.status == 200 else None
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return f"JSON with the members {shortened(', '.join(answer)) or 'none'}, but no access_token"
    return repr(shortened(body))


def _lifetime(answer: Mapping[str, Any]) -> float:
    try:
        return float(answer["expires_in"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return _DEFAULT_LIFETIME_SECONDS
