"""Faults in finding the order in one operation alone, while the others find it as they should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.exchange import CANCEL, CANCEL_LINE, CANCELLATION_STATUS, EXTEND
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.exchange import Call
    from conformance.reference.store import Order

Override = Callable[..., Any] if TYPE_CHECKING else object


def _either_kind(fault: Any, call: Call, identifier: str, id_type: str) -> Order | None:
    found: Order | None = fault.find_external(call, identifier)
    return found or fault.find_internal(call, identifier)


def _by_beginning(fault: Any, call: Call, identifier: str) -> Order | None:
    readable = [(key, order) for tenant in fault.tenants_searched(call) for key, order in tenant.readable.items()]
    return next((order for key, order in reversed(readable) if key.startswith(identifier)), None)


def _whatever_follows(fault: Any, call: Call, identifier: str) -> Order | None:
    readable = [(key, order) for tenant in fault.tenants_searched(call) for key, order in tenant.readable.items()]
    return next((order for key, order in reversed(readable) if identifier.startswith(key)), None)


def _not_at_all(fault: Any, call: Call, identifier: str) -> Order | None:
    return None


def _internal(fault: Any, call: Call) -> str:
    return "internal"


def _external(fault: Any, call: Call, value: str) -> str:
    return "external"


def _in_any_case(fault: Any, call: Call, identifier: str) -> Order | None:
    readable = [(key, order) for tenant in fault.tenants_searched(call) for key, order in tenant.readable.items()]
    return next((order for key, order in readable if key.casefold() == identifier.casefold()), None)


_IGNORES_ID_TYPE = (
    "IgnoresIdType",
    "find_order",
    _either_kind,
    "an order is found by either id, whatever `id_type` is",
)
_BY_BEGINNING = ("FindsByBeginning", "find_external", _by_beginning, "a readable id is compared by its beginning only")
_LENGTHENED = ("IgnoresWhatFollows", "find_external", _whatever_follows, "what follows after a readable id is ignored")
_ONLY_BY_UUID = ("OnlyByUuid", "find_external", _not_at_all, "no order is found by its readable id")
_WITHOUT_TYPE = ("WithoutIdType", "without_id_type", _internal, "a missing `id_type` is taken for `internal`")
_UNKNOWN_TYPE = ("WithUnknownIdType", "with_unknown_id_type", _external, "an unknown `id_type` is taken for `external`")
_IN_ANY_CASE = ("InAnyCase", "find_external", _in_any_case, "the case of a readable id does not count")


def _in_one_operation(
    subject: str, operation: str, doing: str, kind: tuple[str, str, Override, str], breaks: tuple[str, ...]
) -> type[Fault]:
    suffix, decision, override, says = kind

    def decide(self: Any, call: Call, *arguments: Any) -> Any:
        if call.operation == operation:
            return override(self, call, *arguments)
        return getattr(super(made, self), decision)(call, *arguments)

    made: type[Fault] = type(
        f"{subject}{suffix}",
        (Fault,),
        {decision: decide, "__module__": __name__, "__doc__": f"In {doing}, {says}."},
    )
    made.breaks, made.operation = breaks, operation
    return made


GENERATED = tuple(
    _in_one_operation(subject, operation, doing, kind, breaks)
    for subject, operation, doing, faults in (
        (
            "Cancel",
            CANCEL,
            "canceling an order",
            {
                _IGNORES_ID_TYPE: ("CAN-18",),
                _BY_BEGINNING: ("CAN-19",),
                _LENGTHENED: ("CAN-19",),
                _ONLY_BY_UUID: ("CAN-5",),
                _WITHOUT_TYPE: ("CAN-20",),
                _UNKNOWN_TYPE: ("CAN-20",),
                _IN_ANY_CASE: ("CAN-29",),
            },
        ),
        (
            "Status",
            CANCELLATION_STATUS,
            "the cancellation status",
            {
                _IGNORES_ID_TYPE: ("CST-7",),
                _BY_BEGINNING: ("CST-8",),
                _ONLY_BY_UUID: ("CST-5",),
                _WITHOUT_TYPE: ("CST-9",),
                _UNKNOWN_TYPE: ("CST-9",),
            },
        ),
        (
            "Extend",
            EXTEND,
            "extending a grace period",
            {
                _IGNORES_ID_TYPE: ("GRA-6",),
                _BY_BEGINNING: ("GRA-13",),
                _ONLY_BY_UUID: ("GRA-2",),
                _WITHOUT_TYPE: ("GRA-8",),
                _UNKNOWN_TYPE: ("GRA-8",),
            },
        ),
        (
            "LineCancel",
            CANCEL_LINE,
            "canceling a line item",
            {
                _BY_BEGINNING: ("LIN-14",),
                _ONLY_BY_UUID: ("LIN-3",),
                _WITHOUT_TYPE: ("LIN-15",),
                _UNKNOWN_TYPE: ("LIN-15",),
            },
        ),
    )
    for kind, breaks in faults.items()
)
