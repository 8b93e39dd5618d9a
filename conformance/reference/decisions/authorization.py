"""Who asks: bearer tokens, and the tenant behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Tenant


class Authorization(Errors):
    """Decisions about access."""

    def authorization_scheme(self, call: Call, scheme: str) -> bool:
        """Whether an authorization scheme is accepted; its name has no case."""
        return scheme.lower() == "bearer"

    def access_token(self, call: Call) -> str | None:
        """The token that the request carries, or None."""
        header = call.header("authorization")
        if header is None:
            return None
        scheme, _, token = header.strip().partition(" ")
        return token.strip() or None if self.authorization_scheme(call, scheme) else None

    def tenant_of(self, call: Call, token: str) -> Tenant | None:
        """The tenant to which a token belongs."""
        return self.store.by_token.get(token)

    def permits(self, call: Call, tenant: Tenant) -> bool:
        """Whether a valid token allows this operation."""
        return True

    def challenge(self, call: Call, reason: str) -> dict[str, str]:
        """What a 401 says of how to come back."""
        error = ', error="invalid_token"' if reason == "token-unknown" else ""
        return {"www-authenticate": f'Bearer realm="orders"{error}'}

    def without_token(self, call: Call) -> Tenant:
        """What becomes of a request without a bearer token."""
        raise Refusal("token-missing", headers=self.challenge(call, "token-missing"))

    def with_unknown_token(self, call: Call, token: str) -> Tenant:
        """What becomes of a request whose token belongs to nobody."""
        raise Refusal("token-unknown", headers=self.challenge(call, "token-unknown"))

    def authenticate(self, call: Call) -> Tenant:
        """The tenant that asks, or a refusal."""
        token = self.access_token(call)
        if token is None:
            return self.without_token(call)
        tenant = self.tenant_of(call, token)
        if tenant is None:
            return self.with_unknown_token(call, token)
        if not self.permits(call, tenant):
            raise Refusal("forbidden")
        return tenant
