"""What `orderproof init` has to know: each question with its option, its check and when it arises, as data."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orderproof.conformance.config.fields import check_url, text_of
from orderproof.conformance.config.injection import LONGEST_LOCALE, LONGEST_NAME, amount_of, short_text
from orderproof.conformance.errors import UsageError

Given = Mapping[str, Any]
"""Answers by the key of their question; None where an option was not given."""

# The frugal ways first.
_STATES: Mapping[str, str] = {
    "none": "what needs no orders is judged; with two ids, a read-only run judges some 80 rules",
    "lists": "you list orders that exist, five of each state",
    "callback": "a small web service of yours makes them",
    "provider": "a Python function of yours makes them",
    "injection": "orderproof makes them itself, by the Order Injection API",
}
_AUTH: Mapping[str, str] = {
    "bearer": "an access token",
    "oauth2": "client credentials, with which tokens are fetched",
    "none": "without a token",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question: `key` is also its option (`base_url`, `--base-url`).

    `check` takes an answer, the option's name and the answers so far, and gives the value, or raises `UsageError`.
    `default` is taken without a terminal and suggested on one; a question without it must be answered. `only` are the
    answers to other questions with which it arises. `choices` are the answers there are, with their meanings.
    """

    key: str
    says: str
    check: Callable[[Any, str, Given], Any]
    default: Callable[[Given], Any] | None = None
    only: Mapping[str, Any] | None = None
    choices: Mapping[str, str] | None = None

    @property
    def option(self) -> str:
        """The name of the option that answers the question."""
        return f"--{self.key.replace('_', '-')}"

    def arises(self, answers: Given) -> bool:
        """Whether it is to be asked, after these answers."""
        return all(answers.get(key) == wanted for key, wanted in (self.only or {}).items())

    def checked(self, value: Any, answers: Given) -> Any:
        """The answer that a value is. Raises `UsageError`, which names the option."""
        try:
            # A terminal and the command line may bring in other bytes.
            str(value).encode()
        except UnicodeEncodeError:
            raise UsageError(f"{self.option} holds bytes that are not UTF-8; write it in UTF-8") from None
        return self.check(value, self.option, answers)


def _as_is(value: Any, _where: str, _answers: Given) -> Any:
    return value


def _url(value: str, where: str, _answers: Given) -> str:
    return check_url(value, where)


def _url_or_none(value: str, where: str, _answers: Given) -> str:
    return check_url(value, where) if value.strip() else ""


def _token_url(value: str, where: str, _answers: Given) -> str:
    return check_url(value, where, is_shown=False)


def _text(value: str, where: str, _answers: Given) -> str:
    return text_of(value, where)


def _text_or_none(value: str, _where: str, _answers: Given) -> str:
    return value.strip()


def _variable(value: str, where: str, _answers: Given) -> str:
    # What is given instead may be the token itself, and is not shown.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value.strip(), re.ASCII):
        raise UsageError(
            f"{where}: this is not the name of an environment variable; give the name, such as ORDERS_TOKEN, "
            "not the value"
        )
    return value.strip()


def _choice(choices: Mapping[str, str]) -> Callable[[str, str, Given], str]:
    def check(value: str, where: str, _answers: Given) -> str:
        from orderproof.spec.structure import did_you_mean

        if value.strip() not in choices:
            hint = did_you_mean(value, list(choices))
            raise UsageError(f"{where}: {value!r} is not known{hint} (known: {', '.join(choices)})")
        return value.strip()

    return check


def _short(most: int) -> Callable[[str, str, Given], str]:
    return lambda value, where, _answers: short_text(value, where, most)


def _currency(value: str, where: str, _answers: Given) -> str:
    text = text_of(value, where).upper()
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise UsageError(f"{where}: {value!r} is not the code of a currency; write for example USD")
    return text


def _amount(value: str, where: str, answers: Given) -> str:
    return amount_of(value.strip(), answers["currency"], where)


def _ids(value: str, _where: str, _answers: Given) -> list[str]:
    return [text.strip() for text in value.split(",") if text.strip()]


def _one_id_or_more(value: str, where: str, answers: Given) -> list[str]:
    found = _ids(value, where, answers)
    if not found:
        raise UsageError(f"{where} names no product; write ids with commas between them")
    return found


def _other_ids(value: str, where: str, answers: Given) -> list[str]:
    found = _ids(value, where, answers)
    twice = next((one for one in found if one in answers["products"]), None)
    if twice is not None:
        raise UsageError(f"{where}: the product {twice!r} is also under --products; it can be only one")
    return found


def _fixed(value: Any) -> Callable[[Given], Any]:
    return lambda _answers: value


_INJECTION = {"states": "injection"}
_BEARER, _OAUTH2 = {"auth": "bearer"}, {"auth": "oauth2"}
_CHANNELS = {"web": "a web shop", "mobile": "an app", "store": "a store"}

QUESTIONS: tuple[Question, ...] = (
    Question("base_url", "Base URL, below which the documented paths are, such as https://acme.example/v0", _url),
    Question(
        "internal",
        "Judge the internal order line API too",
        _as_is,
        lambda answers: answers.get("internal_base_url") is not None,
    ),
    Question(
        "internal_base_url",
        "Base URL of the internal order line API",
        _url,
        lambda answers: answers["base_url"],
        {"internal": True},
    ),
    Question("auth", "How requests are authorized", _choice(_AUTH), _fixed("bearer"), choices=_AUTH),
    Question(
        "token_env", "Environment variable that holds the access token", _variable, _fixed("ORDERS_TOKEN"), _BEARER
    ),
    Question("token_url", "URL where tokens are fetched", _token_url, None, _OAUTH2),
    Question(
        "client_id_env", "Environment variable that holds the client id", _variable, _fixed("ORDERS_CLIENT_ID"), _OAUTH2
    ),
    Question(
        "client_secret_env",
        "Environment variable that holds the client secret",
        _variable,
        _fixed("ORDERS_CLIENT_SECRET"),
        _OAUTH2,
    ),
    Question("scope", "Scope of the token, if the token URL wants one", _text_or_none, _fixed(""), _OAUTH2),
    Question("states", "Where test orders come from", _choice(_STATES), choices=_STATES),
    Question(
        "callback_url",
        "URL of your callback, if you have one; else a skeleton of one is written",
        _url_or_none,
        _fixed(""),
        {"states": "callback"},
    ),
    Question("shop", "Shop that the orders are placed in, such as storefront-us", _text, None, _INJECTION),
    Question("shop_locale", "Locale of the shop", _short(LONGEST_LOCALE), _fixed("en-US"), _INJECTION),
    Question("channel_type", "Type of the sales channel", _choice(_CHANNELS), _fixed("web"), _INJECTION, _CHANNELS),
    Question("channel_name", "Name of the sales channel, such as shopify", _short(LONGEST_NAME), None, _INJECTION),
    Question("currency", "Currency of the shop, such as USD", _currency, None, _INJECTION),
    Question(
        "products",
        "Ids of products in stock and not pre-ordered, with commas between them",
        _one_id_or_more,
        None,
        _INJECTION,
    ),
    Question(
        "preordered_products",
        "Ids of products that can only be pre-ordered, if there are any",
        _other_ids,
        _fixed(""),
        _INJECTION,
    ),
    Question("shipping_level", "Service level of the shipping", _text, _fixed("STANDARD"), _INJECTION),
    Question("shipping_price", "Price of the shipping", _amount, _fixed("0"), _INJECTION),
    Question("shipping_tax", "Tax on the shipping", _amount, _fixed("0"), _INJECTION),
)


def answered(given: Given, ask: Callable[[Question, Any, Given], Any] | None) -> dict[str, Any]:
    """The answer to every question that arises: as given, else as asked for, else the default.

    `ask` puts a question with its suggestion (None for none); without it, nobody can be asked. Raises `UsageError`
    that names the option which is missing, wrong or of no use.
    """
    implied = _implied(given)
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        value = implied[question.key]
        if not question.arises(answers):
            if value is not None:
                raise UsageError(f"{question.option} is {_of_use(question)}; remove it")
            continue
        if value is not None:
            answers[question.key] = question.checked(value, answers)
            continue
        suggested = question.default(answers) if question.default else None
        if ask:
            answers[question.key] = ask(question, suggested, answers)
        elif question.default:
            answers[question.key] = question.checked(suggested, answers)
        else:
            raise UsageError(f"{question.option} is missing; give it, or run on a terminal, where it is asked for")
    return answers


def _implied(given: Given) -> dict[str, Any]:
    """The options, with what others say by the way: a token URL means client credentials."""
    implied = dict(given)
    if implied["internal"] is None and implied["internal_base_url"] is not None:
        implied["internal"] = True
    if implied["auth"] is None:
        said = (question.only for question in QUESTIONS if implied[question.key] is not None)
        # Where they say both, the first is taken, and the other is then of no use, which is an error.
        implied["auth"] = next((only["auth"] for only in said if only and "auth" in only), None)
    return implied


def _of_use(question: Question) -> str:
    ((key, wanted),) = (question.only or {}).items()
    return "for --internal" if wanted is True else f"for --{key} {wanted}"
