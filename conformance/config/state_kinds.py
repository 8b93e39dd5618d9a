"""The states that checks may ask for, as data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

_OMS = "external_oms"
_ORDER = ("order_uuid", "order_id", "customer_id", "item_uuids")
# Whose order is wanted; a source may ignore it and give another customer's order.
_CUSTOMER: Mapping[str, Any] = {"customer_id": None}

# What reading an order by its UUID shows, or the history of a customer: a list need not give it.
_SHOWN = frozenset({"order_id", "customer_id", "item_uuids", "order_ids"})

OF_TENANT = ("base_url", "token")
"""The values that a state of any kind may have besides: it then holds on that tenant."""

UNREAD = "unread"
"""Among the values of a list's entry: why what it leaves out could not be read, so that it is not used."""

EXTENDED, NUMBERED, CANCELED = "extended", "numbered", "canceled"
ITEM_CANCELED, ITEM_CANCELED_INTERNALLY = "item-canceled", "item-canceled-internally"
"""What is done to an order: its grace period extended, serial numbers written, it or an item canceled by either API."""

# An order stays what it was promised to be when its grace period was extended or its items got serial numbers.
_HARMLESS = frozenset({EXTENDED, NUMBERED})

VALUE_TYPES: Mapping[str, str] = {"item_uuids": "list of texts", "order_ids": "list of texts"}
"""The types of values; every other value is text."""


def is_of_type(value: Any, wanted: str) -> bool:
    """Whether a state's value has the type that `VALUE_TYPES` demands."""
    if wanted == "text":
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


@dataclass(frozen=True, slots=True)
class StateKind:
    """A state that checks may ask for: its meaning, its parameters with their defaults, and its values.

    `feature` is what a target must have for it, None where every target can have it; `optional` are values that may be
    left out. `stays_after` is what may be done to it and leaves it as it was promised, None where it is not kept.
    `serves` are states that it is as well, with something more, and `serves_listed` those that an entry of a list is
    taken for, since it is read before each use; `ages`: its promise ends with its grace period.
    """

    name: str
    says: str
    params: Mapping[str, Any]
    values: tuple[str, ...]
    feature: str | None = None
    optional: tuple[str, ...] = ()
    stays_after: frozenset[str] | None = frozenset()
    serves: tuple[str, ...] = ()
    serves_listed: tuple[str, ...] = ()
    ages: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The values that must be given; the others are what the suite can learn itself."""
        return tuple(name for name in self.values if name not in self.optional)

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The states that an entry of a list is taken for, where it serves."""
        return (self.name, *self.serves, *self.serves_listed)

    @property
    def listed(self) -> tuple[str, ...]:
        """The values that an entry of a list must give; the others are read. The external OMS' orders are not."""
        subject = self.values[0]
        return tuple(name for name in self.required if self.feature == _OMS or name == subject or name not in _SHOWN)

    @property
    def written(self) -> tuple[str, ...]:
        """What a person writes for an entry: the values that it must give, and the parameter that tells it apart."""
        return (*self.listed, *(name for name in self.params if name == "status"))


FEATURES: Mapping[str, str] = {
    "external_oms": "an external order management system, as the documents say of some tenants",
    "internal_api": "the internal order line API",
    "personal_data_tokens": "tokens in place of personal data, customers' ids among them",
    "preordered_items": "pre-ordered items",
}
"""What the documents make conditional, so that a target may lack it: by its name in the target file."""


STATES: Mapping[str, StateKind] = {
    kind.name: kind
    for kind in (
        StateKind(
            "order", "an order; `order_id` is its readable id", {"items": 2, **_CUSTOMER}, _ORDER, stays_after=_HARMLESS
        ),
        StateKind(
            "order-cancelable",
            "an order that can be canceled, in its grace period",
            {"items": 2, **_CUSTOMER},
            _ORDER,
            stays_after=_HARMLESS,
            serves=("order",),
            serves_listed=("order-in-grace-period",),
            ages=True,
        ),
        StateKind(
            "order-in-grace-period",
            "an order with at least 10 minutes of its grace period left",
            _CUSTOMER,
            (*_ORDER, "due_at"),
            optional=("due_at",),
            stays_after=_HARMLESS,
            serves=("order-cancelable", "order"),
            ages=True,
        ),
        StateKind("order-past-grace-period", "an order whose grace period is over, not canceled", {}, _ORDER),
        StateKind("order-closed", "a closed order", {}, _ORDER),
        StateKind(
            "order-with-preordered-item",
            "an order with a pre-ordered item (`item_uuid`) and one that is not (`other_item_uuid`)",
            _CUSTOMER,
            (*_ORDER, "item_uuid", "other_item_uuid"),
            "preordered_items",
            stays_after=_HARMLESS,
            serves_listed=("order",),
        ),
        StateKind(
            "order-with-terminal-preordered-item",
            "an order with a pre-ordered item (`item_uuid`) in a terminal status",
            {"status": None},
            (*_ORDER, "item_uuid"),
            "preordered_items",
        ),
        StateKind(
            "customer-with-orders",
            "a customer and all their orders, the newest first",
            {"orders": 3},
            ("customer_id", "order_ids"),
        ),
        StateKind("customer-without-orders", "a customer without orders", {}, ("customer_id",)),
        StateKind(
            "oms-order", "an order that the external OMS serves, of a customer with several orders", {}, _ORDER, _OMS
        ),
        StateKind(
            "oms-invalid-payload",
            "an external OMS that answers with an invalid payload",
            {},
            ("order_id", "customer_id"),
            _OMS,
            stays_after=None,
        ),
        StateKind(
            "oms-unavailable",
            "an external OMS that cannot be reached",
            {},
            ("order_id", "customer_id"),
            _OMS,
            stays_after=None,
        ),
        StateKind(
            "oms-misconfigured",
            "a webhook that is configured wrongly",
            {},
            ("order_id", "customer_id"),
            _OMS,
            stays_after=None,
        ),
        StateKind("oms-platform-order", "an order of the platform, unknown to the external OMS", {}, _ORDER, _OMS),
    )
}


def states_table() -> str:
    """The table of states as the README has it: their meaning, their parameters with defaults, and their values."""
    rows = ["| state | what it is | parameters (default) | values |", "|---|---|---|---|"]
    for kind in STATES.values():
        params = ", ".join(
            f"`{name}`" + (f" ({value})" if value is not None else "") for name, value in kind.params.items()
        )
        rows.append(f"| `{kind.name}` | {kind.says} | {params or '–'} | {_values_in_words(kind)} |")
    return "\n".join(rows) + "\n"


def _values_in_words(kind: StateKind) -> str:
    if kind.name == "order" or kind.values[: len(_ORDER)] != _ORDER:
        return ", ".join(f"`{name}`" for name in kind.values)
    more = ", ".join(
        f"`{name}`" + (" (optional)" if name in kind.optional else "") for name in kind.values[len(_ORDER) :]
    )
    return f"as `order`{f', and {more}' if more else ''}"


def why_absent(feature: str, absent: Collection[str]) -> str | None:
    """Why what rests on a feature is out of scope; None where it is not among those that a target does not have."""
    if feature not in absent:
        return None
    return f"the target does not have this feature (features.{feature}: false in the target file)"
