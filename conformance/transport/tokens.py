"""Tokens: where a request's authorization comes from, and every secret that may not reach a report."""

import base64
import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from orderproof.conformance.config.fields import sendable_token
from orderproof.conformance.config.target import Auth, OAuth2
from orderproof.conformance.errors import VoidError
from orderproof.conformance.transport.activity import doing
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.shortened import shortened

# Access tokens of the platform live about five minutes; one that is nearly over may run out on its way.
_RENEW_BEFORE_SECONDS = 30.0
_DEFAULT_LIFETIME_SECONDS = 300.0
_PARAMETERS = ("scope", "audience", "resource")


class TokenEndpointNotReady(VoidError):  # noqa: N818 - it may be ready later
    """The token endpoint does not answer, or answers as one that is not there yet."""


class Tokens:
    """Gives the bearer token for a request, fetching and renewing it where OAuth 2 is configured (RFC 6749, 4.4).

    `shared`, if given, are those of another process: this one asks them for each token, and fetches none itself.
    """

    def __init__(self, auth: Auth, client: Client, shared: Any = None) -> None:
        self._auth = auth
        self._client = client
        self._shared = shared
        self._lock = threading.Lock()
        self._token: str | None = auth.bearer
        self._renew_at = float("inf") if auth.oauth2 is None else 0.0
        self._takes_basic = False
        self.lifetime: float | None = None
        """How long the token that was fetched last lives, in seconds; None where none was, or nobody said it."""
        self.secrets: set[str] = {auth.bearer} if auth.bearer else set()
        if auth.oauth2:
            self.secrets |= {auth.oauth2.client_secret, _basic(auth.oauth2).removeprefix("Basic ")}

    @property
    def configured(self) -> bool:
        """Whether the target says how to authorize."""
        return self._auth != Auth()

    @property
    def newest(self) -> str | None:
        """The token that was given last, valid or not."""
        return self._token

    def current(self) -> str | None:
        """A token that is valid now, or None where none is configured. Raises `VoidError` when none is to be had."""
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._renew("")
            return self._token

    def lend(self, refused: str = "") -> tuple[str | None, float]:
        """A token for another process and the seconds that it may use it; not the one that was `refused`.

        Raises `VoidError` when none is to be had.
        """
        with self._lock:
            if self._auth.oauth2 and (self._token == refused or time.monotonic() >= self._renew_at):
                self._renew(refused)
                # The thread that serves the other process ends with it, and its connections with the thread.
                self._client.close()
            return self._token, self._renew_at - time.monotonic()

    def renewed(self, refused: str) -> str | None:
        """Another token in place of one that was good before and is refused now; None where there is none.

        Threads and processes that are refused at the same time get the same new one.
        """
        if self._auth.oauth2 is None:
            return None
        try:
            with self._lock:
                if self._token == refused:
                    self._renew(refused)
                return self._token if self._token != refused else None
        except VoidError:
            return None

    def _renew(self, refused: str) -> None:
        """Have a new token, from the process that shares its own or from the token endpoint."""
        with doing("fetching a token"):
            if self._shared is None:
                self._fetch()
                return
            token, seconds = self._shared.lend(refused)
        self._token = token
        self.secrets.add(token)
        self._renew_at = time.monotonic() + seconds

    def _fetch(self) -> None:
        oauth2 = self._auth.oauth2
        assert oauth2 is not None
        exchange = self._ask(oauth2)
        if exchange.status is None:
            raise TokenEndpointNotReady(
                f"no token could be fetched from auth.oauth2.token_url {oauth2.token_url}: {exchange.error}"
            )
        try:
            answer = json.loads(exchange.response_body)
            token = answer["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if exchange.status != 200 or not isinstance(token, str) or not sendable_token(token):
            shown = "an access_token that cannot be used" if token else _shown(exchange, oauth2.client_secret)
            is_there = exchange.status < 500 and exchange.status not in (404, 429)
            raise (VoidError if is_there else TokenEndpointNotReady)(
                f"auth.oauth2: {oauth2.token_url} answered {exchange.status} instead of a token: {shown}; "
                "check client_id, client_secret and scope"
            )
        self._token = token
        self.secrets.add(token)
        self.lifetime = _lifetime(answer)
        # One that lives briefly is not renewed with every request.
        lives = _DEFAULT_LIFETIME_SECONDS if self.lifetime is None else self.lifetime
        self._renew_at = time.monotonic() + max(lives - _RENEW_BEFORE_SECONDS, lives / 2)

    def _ask(self, oauth2: OAuth2) -> Exchange:
        """Ask for a token, with the credentials in the body, or by HTTP Basic where the endpoint takes them so only."""
        form = {"grant_type": "client_credentials"}
        form |= {name: value for name in _PARAMETERS if (value := getattr(oauth2, name))}
        body = {**form, "client_id": oauth2.client_id, "client_secret": oauth2.client_secret}
        if not self._takes_basic:
            exchange = self._post(oauth2, body)
            if exchange.status not in (400, 401):
                return exchange
        by_basic = self._post(oauth2, form, [("Authorization", _basic(oauth2))])
        if by_basic.status == 200 or self._takes_basic:
            self._takes_basic = True
            return by_basic
        return exchange

    def _post(self, oauth2: OAuth2, form: Mapping[str, str], headers: Headers | None = None) -> Exchange:
        usual = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
        return self._client.send("POST", oauth2.token_url, [*usual, *(headers or ())], urlencode(form).encode())


def _basic(oauth2: OAuth2) -> str:
    """The credentials as RFC 6749, 2.3.1 has them in an `Authorization` header: form-encoded, then in Base64."""
    pair = f"{quote_plus(oauth2.client_id)}:{quote_plus(oauth2.client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


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


def _lifetime(answer: Mapping[str, Any]) -> float | None:
    """Seconds that a token lives, as a number or a text; None for what is no length of time."""
    try:
        seconds = float(answer["expires_in"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    # Not a number, too, is not greater than 0.
    return seconds if seconds > 0 else None
