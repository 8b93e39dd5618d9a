"""Faults in authorization and in the isolation of tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.decisions.cancellation import Cancellation
from orderproof.conformance.reference.exchange import CANCEL, EXTEND, GET_ORDER, HISTORY, OPERATIONS, VENDOR_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.problems import Refusal
    from orderproof.conformance.reference.store import Tenant


class UnknownTokenAccepted(Fault):
    """Any bearer token is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-10",)

    def with_unknown_token(self, call: Call, token: str) -> Tenant:
        """Whoever it is."""
        return self.store.tenants["main"]


class OtherSchemesAccepted(Fault):
    """A token is accepted in any authorization scheme."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-11",)

    def authorization_scheme(self, call: Call, scheme: str) -> bool:
        """Whichever it is."""
        return True


class TokenPrefixAccepted(Fault):
    """The beginning of a token is accepted in its place."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-10",)

    def tenant_of(self, call: Call, token: str) -> Tenant | None:
        """Eight characters are enough."""
        return next((self.store.by_token[known] for known in self.store.by_token if known[:8] == token[:8]), None)


class TenantsNotIsolated(Fault):
    """Every tenant sees the data of all the others."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-14",)

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Everybody's."""
        return list(self.store.tenants.values())


class TokenSuffixIgnored(Fault):
    """What follows a token is not looked at."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-10",)

    def tenant_of(self, call: Call, token: str) -> Tenant | None:
        """It begins well."""
        return next((tenant for known, tenant in self.store.by_token.items() if token.startswith(known)), None)


class CancelsBeforeToken(Fault):
    """An order is canceled before it turns out that the caller has no token."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-12",)
    operation: ClassVar[str] = CANCEL

    def without_token(self, call: Call) -> Tenant:
        """Too late."""
        if call.operation == CANCEL:
            call.tenant = self.store.tenants["main"]
            order = self.find_internal(call, call.path["id"])
            if order is not None:
                self.cancel(call, order, Cancellation("none", None))
        return super().without_token(call)


class ExtendsBeforeToken(Fault):
    """A grace period is extended before it turns out that the caller's token is unknown."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-12",)
    operation: ClassVar[str] = EXTEND

    def with_unknown_token(self, call: Call, token: str) -> Tenant:
        """Too late."""
        if call.operation == EXTEND:
            call.tenant = self.store.tenants["main"]
            order = self.find_internal(call, call.path["id"])
            if order is not None:
                self.write_due_at(call, order, order.version, self.new_due_at(call, order, order.due_at))
        return super().with_unknown_token(call, token)


class EmptyTokenAccepted(Fault):
    """The scheme alone, with no token after it, is let in."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-10",)

    def without_token(self, call: Call) -> Tenant:
        """Nothing to be compared, so nothing differs."""
        header = call.header("authorization") or ""
        return self.store.tenants["main"] if header.strip().lower() == "bearer" else super().without_token(call)


class TokensWithoutCase(Fault):
    """Tokens are compared without case."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-10",)

    def tenant_of(self, call: Call, token: str) -> Tenant | None:
        """As some databases compare."""
        return next(
            (tenant for known, tenant in self.store.by_token.items() if known.casefold() == token.casefold()), None
        )


class OtherTenantsOrdersCanceled(Fault):
    """The token of one tenant cancels the orders of another, though it does not show them."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-14",)
    operation: ClassVar[str] = CANCEL

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Everybody's, there."""
        return list(self.store.tenants.values()) if call.operation == CANCEL else super().tenants_searched(call)


class OtherTenantsOrdersExtended(Fault):
    """The token of one tenant extends the grace periods of another's orders, though it does not show them."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-14",)
    operation: ClassVar[str] = EXTEND

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Everybody's, there."""
        return list(self.store.tenants.values()) if call.operation == EXTEND else super().tenants_searched(call)


class OtherTenantsHistoriesShown(Fault):
    """The token of one tenant shows the histories of another's customers."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-14",)
    operation: ClassVar[str] = HISTORY

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Everybody's, there."""
        return list(self.store.tenants.values()) if call.operation == HISTORY else super().tenants_searched(call)


class DenialTellsOrder(Fault):
    """Who has no token is denied, and told of the order all the same."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-13",)
    operation: ClassVar[str] = GET_ORDER

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """Helpful."""
        document = super().error_document(call, refusal)
        if refusal.reason == "token-missing" and call.operation == GET_ORDER:
            call.tenant = self.store.tenants["main"]
            order = self.find_internal(call, call.path["id"])
            document["message"] += f" This is order {order.readable_id}." if order else ""
        return document


def _open_operation(operation: str, number: int) -> type[Fault]:
    class Made(Fault):
        def without_token(self, call: Call) -> Tenant:
            return self.store.tenants["main"] if call.operation == operation else super().without_token(call)

    Made.__name__ = Made.__qualname__ = f"NoTokenFor{operation[0].upper()}{operation[1:]}"
    Made.__doc__ = f"`{operation}` answers without a token."
    Made.operation = operation
    Made.breaks = (f"SEC-{number}",)
    return Made


GENERATED = tuple(_open_operation(operation.name, number) for number, operation in enumerate(OPERATIONS, 1))


class NoTokenForVersion2(Fault):
    """An order is shown without a token to those who ask for the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-1",)

    def without_token(self, call: Call) -> Tenant:
        """The guard of the newer handler is missing."""
        if call.operation == GET_ORDER and VENDOR_TYPE in (call.header("accept") or ""):
            return self.store.tenants["main"]
        return super().without_token(call)


class NoTokenByReadableId(Fault):
    """By a readable id every operation answers without a token."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC-1", "SEC-4", "SEC-5", "SEC-6", "SEC-8")

    def without_token(self, call: Call) -> Tenant:
        """The guard stands before the other handler."""
        if call.is_by_readable_id:
            return self.store.tenants["main"]
        return super().without_token(call)
