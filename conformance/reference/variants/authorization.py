"""Variants of authorization: how a request without a right token is refused, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call


class TokensBeforePaths(Variant):
    """Who asks is known before what: an unknown path gets 401 without a token."""

    choice: ClassVar[int] = 1

    async def admit(self, call: Call) -> None:
        """The token first."""
        self.authenticate(call)


class TokenErrorsWithoutBody(Variant):
    """A gateway in front answers 401, in plain text and without an order API's body."""

    choice: ClassVar[int] = 1

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """As a gateway would."""
        answer = super().refusal_answer(call, refusal)
        if refusal.reason.startswith("token-"):
            answer.content, answer.media_type = b"Unauthorized", "text/plain"
        return answer


class TokensFoundInHeader(Variant):
    """A token is looked for in what follows the scheme: quotes, commas, blanks and the scheme itself do not count."""

    choice: ClassVar[int] = 1
    warned_by: ClassVar[tuple[str, ...]] = ("SEC-15",)

    def access_token(self, call: Call) -> str | None:
        """The first that is one, or else the whole."""
        found = super().access_token(call)
        words = re.split(r"[\s,\"']+", found or "")
        return next((word for word in words if self.tenant_of(call, word) is not None), found)


GENERATED = variants_of(
    OpenStatus("BadTokenIs{}", "A bad token gets {}.", 1, ("token-unknown",), (400, 403), "bad-token-status"),
    OpenStatus(
        "MissingTokenIs{}", "A missing token gets {}.", 1, ("token-missing",), (400, 403), "missing-token-status"
    ),
    module=__name__,
)
