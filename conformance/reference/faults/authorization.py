"""Faults in authorization and in the isolation of tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from conformance.reference.exchange import OPERATIONS
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.exchange import Call
    from conformance.reference.store import Tenant


class SecurityFault(Fault):
    """A fault in authorization."""

    breaks: ClassVar[tuple[str, ...]] = ("SEC",)


class UnknownTokenAccepted(SecurityFault):
    """Any bearer token is accepted."""

    def with_unknown_token(self, call: Call, token: str) -> Tenant:
        """Whoever it is."""
        return self.store.tenants["main"]


class OtherSchemesAccepted(SecurityFault):
    """A token is accepted in any authorization scheme."""

    def authorization_scheme(self, call: Call, scheme: str) -> bool:
        """Whichever it is."""
        return True


class TokenPrefixAccepted(SecurityFault):
    """The beginning of a token is accepted in its place."""

    def tenant_of(self, call: Call, token: str) -> Tenant | None:
        """Eight characters are enough."""
        return next((self.store.by_token[known] for known in self.store.by_token if known[:8] == token[:8]), None)


class TenantsNotIsolated(SecurityFault):
    """Every tenant sees the data of all the others."""

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Everybody's."""
        return list(self.store.tenants.values())


def _open_operation(operation: str) -> type[Fault]:
    class Made(SecurityFault):
        def without_token(self, call: Call) -> Tenant:
            return self.store.tenants["main"] if call.operation == operation else super().without_token(call)

    Made.__name__ = Made.__qualname__ = f"NoTokenFor{operation[0].upper()}{operation[1:]}"
    Made.__doc__ = f"`{operation}` answers without a token."
    Made.operation = operation
    return Made


GENERATED = tuple(_open_operation(operation.name) for operation in OPERATIONS)
