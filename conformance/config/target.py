"""The target file: what to judge and how to reach it.

Every mistake in it is a `UsageError` that names the file, the key and what to do. Its keys and their types are those of
the published schema, `target.schema.json`; what no schema can say of a value is checked in `fields.py`. What may hold a
secret is left out of `repr`, which tracebacks show.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from orderproof.conformance.config.fields import (
    check_header,
    check_header_form,
    check_token,
    check_url,
    headers_of,
    is_header_name,
    rate_of,
    seconds_of,
    text_of,
    workers_of,
)
from orderproof.conformance.config.injection import Injection, injection_of
from orderproof.conformance.config.lists import check_keys, check_repeated
from orderproof.conformance.config.placeholders import as_written, brought_in, expanded
from orderproof.conformance.config.state_kinds import FEATURES, STATES, why_absent
from orderproof.conformance.config.tls import Tls, checked_tls
from orderproof.conformance.errors import UsageError
from orderproof.spec.structure import mistake
from orderproof.spec.yamlfile import YamlError, read_yaml

FixedStates = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Client credentials (RFC 6749, 4.4): where a token is fetched, with which credentials, and what it is for.

    `audience` and `resource` (RFC 8707) are sent along where a token endpoint wants them.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    audience: str | None = None
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """How requests are authorized: with a fixed bearer token, a fetched token, or not at all."""

    bearer: str | None = field(default=None, repr=False)
    oauth2: OAuth2 | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the load: `rate` in requests a second (None: no limit), `timeout` in seconds.

    `workers` is how many checks run at once, None for as many as the distance of the target pays for. `setup` is how
    long a state may take to set up, in seconds: a callback may have to inject an order, and to wait until it is there.
    """

    rate: float | None = None
    timeout: float = 10.0
    setup: float = 60.0
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """Where states are set up: `url` without the query, which is added to every request, as are the headers."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class StateSources:
    """Where states come from. Each state is sought in fixed lists first, then injection, callback and provider.

    `reuse`: a state that is as good as its contract promises serves the next check; else each check gets fresh ones.
    """

    fixed: FixedStates = field(default_factory=dict, repr=False)
    callback: Callback | None = None
    provider: str | None = None
    injection: Injection | None = None
    reuse: bool = True

    def __bool__(self) -> bool:
        return bool(self.fixed or self.injection or self.callback or self.provider)


@dataclass(frozen=True, slots=True)
class Target:
    """A server to judge. `source` is the target file's path, or says where else the settings came from.

    `placeholders` are the values that came from the environment, by their place in the file.
    """

    name: str
    base_url: str
    internal_base_url: str | None = None
    auth: Auth = Auth()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Limits = Limits()
    tls: Tls = field(default_factory=Tls)
    states: StateSources = StateSources()
    features: Mapping[str, bool] = field(default_factory=dict)
    placeholders: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    source: str = "command line"

    @property
    def absent(self) -> tuple[str, ...]:
        """The features that the target is said not to have, of those that the documents make conditional."""
        return tuple(name for name in FEATURES if self.features.get(name) is False)

    def why_absent(self, feature: str | None) -> str | None:
        """Why what rests on a feature is out of scope; None where the target may have it, or no feature is needed."""
        return None if feature is None else why_absent(feature, self.absent)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a worker process. It contains the secrets."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Target":
        """The target that `to_dict` gave."""
        auth = data["auth"]
        states = data["states"]
        kinds = (("callback", Callback), ("injection", Injection))
        made = {key: kind(**states[key]) if states[key] else None for key, kind in kinds}
        return cls(
            **{
                **data,
                "auth": Auth(auth["bearer"], OAuth2(**auth["oauth2"]) if auth["oauth2"] else None),
                "limits": Limits(**data["limits"]),
                "tls": Tls(**data["tls"]),
                "states": StateSources(**{**states, **made}),
            }
        )


def _auth(data: Any, where: str) -> Auth:
    if "bearer" in data:
        return Auth(bearer=check_token(data["bearer"], f"{where}.bearer"))
    where = f"{where}.oauth2"
    texts = {key: text_of(item, f"{where}.{key}") for key, item in data["oauth2"].items()}
    # The credentials are beside it, and may have been mixed up with it.
    check_url(texts["token_url"], f"{where}.token_url", is_shown=False)
    return Auth(oauth2=OAuth2(**texts))


def _limits(data: Any, where: str) -> Limits:
    parsers: dict[str, Callable[[Any, str], Any]] = {
        "rate": rate_of,
        "timeout": seconds_of,
        "setup": seconds_of,
        "workers": workers_of,
    }
    return Limits(**{key: parsers[key](item, f"{where}.{key}") for key, item in data.items()})


def _check_features(target: Target) -> Target:
    """Raise `UsageError` where features and the rest of the file contradict each other."""
    where = f"{target.source}: features"
    if target.internal_base_url and "internal_api" in target.absent:
        raise UsageError(f"{where}.internal_api is false, and internal_base_url is given; leave one of them out")
    if target.features.get("internal_api") and not target.internal_base_url:
        raise UsageError(f"{where}.internal_api is true, and internal_base_url is missing; give it")
    for name in target.states.fixed:
        feature = STATES[name].feature
        if feature in target.absent:
            raise UsageError(f"{where}.{feature} is false, and states lists {name}; leave one of them out")
    return target


def _callback(data: Any, where: str) -> Callback:
    if not isinstance(data, dict):
        return Callback(check_url(data, where))
    texts = {
        key: {name: text_of(item, f"{where}.{key}.{name}") for name, item in data.get(key, {}).items()}
        for key in ("headers", "query")
    }
    for name, value in texts["headers"].items():
        check_header_form(name, value, f"{where}.headers")
    return Callback(check_url(data["url"], f"{where}.url"), **texts)


def _states(data: Any, where: str) -> StateSources:
    fixed = {name: entries for name, entries in data.items() if name in STATES}
    check_keys(fixed, where)
    check_repeated(fixed, where)
    return StateSources(
        fixed=fixed,
        callback=_callback(data["callback"], f"{where}.callback") if "callback" in data else None,
        provider=data.get("provider"),
        injection=injection_of(data["injection"], f"{where}.injection") if "injection" in data else None,
        reuse=data.get("reuse", True),
    )


_PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    "name": text_of,
    "base_url": check_url,
    "internal_base_url": check_url,
    "auth": _auth,
    "headers": headers_of,
    "limits": _limits,
    "tls": lambda data, where: Tls(**{key: text_of(item, f"{where}.{key}") for key, item in data.items()}),
    "states": _states,
    "features": lambda data, _where: data,
}


@cache
def target_schema() -> Mapping[str, Any]:
    """The published JSON Schema of the target file."""
    schema: Mapping[str, Any] = json.loads(Path(__file__).with_name("target.schema.json").read_text(encoding="utf-8"))
    return schema


def _parsed(written: Any, path: Path) -> dict[str, Any]:
    """The values of a target file, or of a part of it. Raises `UsageError`, whose message expands no placeholder."""
    data = written
    if isinstance(written, dict):
        data = {key: expanded(value, f"{path}: {key}") for key, value in written.items()}
    try:
        told = mistake(data, target_schema())
        if told:
            raise UsageError(f"{path}: {told}")
        values = {key: _PARSERS[key](value, f"{path}: {key}") for key, value in data.items()}
    except UsageError as error:
        raise UsageError(as_written(str(error), written)) from None
    return {**values, "placeholders": brought_in(written)}


def read_target(path: Path, base_url: str | None = None) -> Target:
    """Read a target file; `base_url` replaces the one in it. Raises `UsageError`."""
    values = _parsed(read_settings(path), path)
    if base_url is not None:
        values["base_url"] = check_url(base_url, "BASE_URL")
    if "base_url" not in values:
        raise UsageError(
            f"{path}: base_url is missing; add the URL below which the documented paths are, such as https://acme.example/v0"
        )
    values.setdefault("name", path.stem)
    if "tls" in values:
        values["tls"] = checked_tls(values["tls"], path.absolute().parent, f"{path}: tls")
    return _check_features(Target(**values, source=str(path)))


def read_settings(path: Path) -> Any:
    """A user's YAML file as data. Raises `UsageError` if it cannot be read."""
    try:
        return read_yaml(path)
    except YamlError as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def with_states(target: Target, path: Path) -> Target:
    """The target with the states of a separate file, which holds only that mapping. Raises `UsageError`."""
    values = _parsed({"states": read_settings(path)}, path)
    return replace(target, states=values["states"], placeholders={**target.placeholders, **values["placeholders"]})


def with_headers(target: Target, lines: tuple[str, ...]) -> Target:
    """The target with the `Name: value` lines of `-H` added; `Authorization: Bearer` sets its token."""
    headers = dict(target.headers)
    auth = target.auth
    for line in lines:
        name, colon, value = line.partition(":")
        # The line may hold a token and is not shown.
        if not colon:
            raise UsageError("-H: the header has no colon; write 'Name: value'")
        if not is_header_name(name.strip()):
            raise UsageError("-H: what stands before the colon is not a header name; write 'Name: value'")
        if name.strip().lower() == "authorization":
            scheme, _, token = value.strip().partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise UsageError("-H Authorization: only Bearer is documented; write 'Authorization: Bearer TOKEN'")
            auth = Auth(bearer=check_token(token, "-H Authorization"))
            continue
        name, value = check_header(name.strip(), value.strip(), "-H")
        # The command line replaces what the file says, in whatever case.
        headers = {key: item for key, item in headers.items() if key.lower() != name.lower()} | {name: value}
    return replace(target, headers=headers, auth=auth)
