"""The target file: what to judge and how to reach it.

Every mistake in it is a `UsageError` that names the file, the key and what to do. The keys are data (`_KEYS`), so that
the list in an error message and what is accepted cannot drift apart.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.problems import UsageError
from conformance.state_kinds import STATES
from spec.yamlfile import YamlError, read_yaml

FixedStates = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Client credentials: where and with what a token is fetched."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """How requests are authorized: a fixed bearer token, a token that is fetched, or not at all."""

    bearer: str | None = None
    oauth2: OAuth2 | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the target may be asked to bear: `rate` in requests a second (None: any), `timeout` in seconds."""

    rate: float | None = None
    timeout: float = 10.0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class StateSources:
    """Where states come from; the first source that has a state wins, in this order."""

    fixed: FixedStates = field(default_factory=dict)
    callback: str | None = None
    provider: str | None = None

    def __bool__(self) -> bool:
        return bool(self.fixed or self.callback or self.provider)


@dataclass(frozen=True, slots=True)
class Target:
    """A server to judge. `source` is the target file's name, or a word for where the settings came from."""

    name: str
    base_url: str
    internal_base_url: str | None = None
    auth: Auth = Auth()
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    states: StateSources = StateSources()
    source: str = "command line"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, to hand to a worker process. Holds the secrets."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Target":
        """The target that `to_dict` gave."""
        auth = data["auth"]
        oauth2 = OAuth2(**auth["oauth2"]) if auth["oauth2"] else None
        return cls(
            **{
                **data,
                "auth": Auth(auth["bearer"], oauth2),
                "limits": Limits(**data["limits"]),
                "states": StateSources(**data["states"]),
            }
        )


_PLACEHOLDER = re.compile(r"\$\$|\$\{([^}]*)\}")
_NAME_AND_DEFAULT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


def _expand(text: str, where: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        parts = _NAME_AND_DEFAULT.fullmatch(match[1])
        if parts is None:
            raise UsageError(f"{where}: {match[0]} is no placeholder; write ${{NAME}} or ${{NAME:-default}}")
        name, default = parts[1], parts[2]
        found = os.environ.get(name, "")
        # As in a shell, `:-` also covers a variable that is set but empty.
        if found or (default is None and name in os.environ):
            return found
        if default is None:
            raise UsageError(
                f"{where}: the environment variable {name} is not set; set it, or give a default: ${{{name}:-…}}"
            )
        return default

    return _PLACEHOLDER.sub(value, text)


def _expanded(node: Any, where: str) -> Any:
    if isinstance(node, str):
        return _expand(node, where)
    if isinstance(node, dict):
        return {
            key: _expanded(value, f"{where}.{key}" if where[-1] != ":" else f"{where} {key}")
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_expanded(value, f"{where}[{index}]") for index, value in enumerate(node)]
    return node


def _mapping(value: Any, where: str, keys: tuple[str, ...] | None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be a mapping of keys to values, not {_kind(value)}")
    for key in value:
        if not isinstance(key, str):
            raise UsageError(f"{where}: the key {key!r} must be text; put it in quotes")
        if keys is not None and key not in keys:
            raise UsageError(f"{where}: unknown key {key!r}{did_you_mean(key, keys)} (keys here: {', '.join(keys)})")
    return value


def did_you_mean(word: str, known: tuple[str, ...] | list[str]) -> str:
    """The hint `; did you mean "…"?`, or nothing when no known word is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    names: dict[type, str] = {list: "a list", dict: "a mapping", str: "text", bool: "true/false", int: "a number"}
    return names.get(type(value), f"a {type(value).__name__}")


def _text(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(f"{where} must be text, not {_kind(value)}")
    text = str(value)
    if not text.strip():
        raise UsageError(f"{where} is empty; give a value or leave the key out")
    return text.strip()


def check_url(value: Any, where: str) -> str:
    """An absolute http or https URL without its trailing slash. Raises `UsageError` saying what is wrong with it."""
    text = _text(value, where)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{where}: {text!r} is no URL ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise UsageError(f"{where}: {text!r} is no absolute URL; write for example https://acme.example/v0")
    if parts.query or parts.fragment:
        raise UsageError(f"{where}: {text!r} must end with its path, without a query or fragment")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{where}: credentials do not belong in the URL; use auth")
    if any(character <= " " or character == "\x7f" for character in text):
        raise UsageError(f"{where}: {text!r} contains white space")
    return text.rstrip("/")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _rate(value: Any, where: str) -> float:
    count, _, unit = _text(value, where).partition("/")
    number = _number(count)
    seconds = {"s": 1, "sec": 1, "m": 60, "min": 60, "": 1}.get(unit.strip())
    if number is None or seconds is None or not 0 < number < float("inf"):
        raise UsageError(f"{where}: {value!r} is no rate; write for example 25/s or 600/m")
    return number / seconds


def _seconds(value: Any, where: str) -> float:
    match = re.fullmatch(r"([0-9.]+)\s*(ms|s|m|)", _text(value, where))
    number = _number(match[1]) if match else None
    if match is None or number is None or number <= 0:
        raise UsageError(f"{where}: {value!r} is no length of time; write for example 10s or 500ms")
    return number * {"ms": 0.001, "s": 1, "m": 60, "": 1}[match[2]]


def _count(value: Any, where: str) -> int:
    text = _text(value, where)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise UsageError(f"{where}: {value!r} must be a whole number from 1 to 64")
    return int(text)


def _auth(value: Any, where: str) -> Auth:
    data = _mapping(value, where, ("bearer", "oauth2"))
    if set(data) == {"bearer", "oauth2"}:
        raise UsageError(f"{where}: give bearer or oauth2, not both")
    if "bearer" in data:
        return Auth(bearer=_text(data["bearer"], f"{where}.bearer"))
    if "oauth2" in data:
        where = f"{where}.oauth2"
        keys = ("token_url", "client_id", "client_secret", "scope")
        oauth2 = _mapping(data["oauth2"], where, keys)
        for key in keys[:3]:
            if key not in oauth2:
                raise UsageError(f"{where}: {key} is missing; token_url, client_id and client_secret are required")
        texts = {key: _text(item, f"{where}.{key}") for key, item in oauth2.items()}
        check_url(texts["token_url"], f"{where}.token_url")
        return Auth(oauth2=OAuth2(**texts))
    raise UsageError(f"{where} is empty; give bearer or oauth2, or leave the key out")


def _headers(value: Any, where: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, item in _mapping(value, where, None).items():
        headers.update([check_header(name, _text(item, f"{where}.{name}"), where)])
    return headers


def check_header(name: str, value: str, where: str) -> tuple[str, str]:
    """A header that may be set for every request. Raises `UsageError` for what is no header or is ours to set."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise UsageError(f"{where}: {name!r} is no header name")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
        raise UsageError(f"{where}.{name}: the value holds characters that a header cannot carry")
    if name.lower() in ("accept", "content-type", "content-length", "host", "transfer-encoding", "connection"):
        raise UsageError(f"{where}: {name} is set by the checks and cannot be fixed for all requests")
    if name.lower() == "authorization":
        raise UsageError(f"{where}: Authorization belongs under auth.bearer, so that checks can leave it out")
    return name, value


def _limits(value: Any, where: str) -> Limits:
    parsers: dict[str, Callable[[Any, str], Any]] = {"rate": _rate, "timeout": _seconds, "workers": _count}
    data = _mapping(value, where, tuple(parsers))
    return Limits(**{key: parsers[key](item, f"{where}.{key}") for key, item in data.items()})


def parse_states(value: Any, where: str) -> StateSources:
    """The `states` mapping: callback, provider and fixed lists by the name of the state."""
    data = _mapping(value, where, ("callback", "provider", *STATES))
    fixed = {}
    for name, entries in data.items():
        if name in ("callback", "provider"):
            continue
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise UsageError(f"{where}.{name} must be a list of mappings, such as [{{order_uuid: …, order_id: …}}]")
        for index, entry in enumerate(entries):
            missing = [key for key in STATES[name].values if key not in entry]
            if missing:
                raise UsageError(
                    f"{where}.{name}[{index}]: {missing[0]} is missing ({name} needs {', '.join(STATES[name].values)})"
                )
        fixed[name] = entries
    callback = data.get("callback")
    provider = data.get("provider")
    if provider is not None and not re.fullmatch(r"[\w.]+:[\w.]+", _text(provider, f"{where}.provider")):
        raise UsageError(f"{where}.provider: {provider!r} must be package.module:function")
    return StateSources(fixed, check_url(callback, f"{where}.callback") if callback is not None else None, provider)


_KEYS: Mapping[str, Callable[[Any, str], Any]] = {
    "name": _text,
    "base_url": check_url,
    "internal_base_url": check_url,
    "auth": _auth,
    "headers": _headers,
    "limits": _limits,
    "states": parse_states,
}


def read_target(path: Path, base_url: str | None = None) -> Target:
    """Read a target file; `base_url` replaces the one in it. Raises `UsageError`."""
    data = _mapping(read_settings(path), str(path), tuple(_KEYS))
    data = {key: _expanded(value, f"{path}: {key}") for key, value in data.items()}
    values = {key: _KEYS[key](value, f"{path}: {key}") for key, value in data.items()}
    if base_url is not None:
        values["base_url"] = check_url(base_url, "BASE_URL")
    if "base_url" not in values:
        raise UsageError(f"{path}: base_url is missing; it is the URL that the documented paths start from")
    values.setdefault("name", path.stem)
    return Target(**values, source=str(path))


def read_settings(path: Path) -> Any:
    """A user's YAML file as data. Raises `UsageError` when it cannot be read."""
    try:
        return read_yaml(path)
    except YamlError as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def read_states(path: Path) -> StateSources:
    """Read a file that holds only the `states` mapping. Raises `UsageError`."""
    where = f"{path}: states"
    return parse_states(_expanded(read_settings(path), where), where)


def with_headers(target: Target, lines: tuple[str, ...]) -> Target:
    """The target with `Name: value` lines from the command line added; `Authorization: Bearer` becomes its token."""
    headers = dict(target.headers)
    auth = target.auth
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise UsageError(f"-H {line!r}: write 'Name: value'")
        if name.strip().lower() == "authorization":
            scheme, _, token = value.strip().partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise UsageError("-H Authorization: only 'Bearer TOKEN' is documented")
            auth = Auth(bearer=token.strip())
            continue
        headers.update([check_header(name.strip(), value.strip(), "-H")])
    return replace(target, headers=headers, auth=auth)
