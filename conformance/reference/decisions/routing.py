"""Which operation a request names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.exchange import INJECTION, OPERATIONS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderproof.conformance.reference.exchange import Call, Operation


class Routing(Errors):
    """Decisions about paths and methods."""

    def operations(self, call: Call) -> Iterable[Operation]:
        """The operations that are offered."""
        return (*OPERATIONS, INJECTION)

    def path_parameters(self, call: Call, operation: Operation) -> dict[str, str] | None:
        """The path parameters, if the path is one of this operation."""
        template = operation.path.split("/")[1:]
        if len(template) != len(call.segments):
            return None
        parameters = {}
        for expected, segment in zip(template, call.segments, strict=True):
            if expected.startswith("{"):
                if not segment:
                    return None
                parameters[expected[1:-1]] = segment
            elif expected != segment:
                return None
        return parameters

    def method_matches(self, call: Call, operation: Operation) -> bool:
        """Whether the method is the operation's."""
        return call.method == operation.method

    def route(self, call: Call) -> None:
        """Find the operation, or refuse: an unknown path, or a method that it does not have."""
        allowed = []
        for operation in self.operations(call):
            parameters = self.path_parameters(call, operation)
            if parameters is None:
                continue
            # Kept even if the method is wrong: how an error is told depends on the API it belongs to.
            call.route, call.path = operation, parameters
            if self.method_matches(call, operation):
                return
            allowed.append(operation.method)
        if not allowed:
            raise Refusal("path-unknown")
        raise Refusal("method-not-allowed", headers={"allow": self.allow(call, allowed)})

    def allow(self, call: Call, methods: list[str]) -> str:
        """The `Allow` header field of a 405."""
        return ", ".join(methods)

    async def admit(self, call: Call) -> None:
        """Let a request in, before anything else is known of it: where a rate limit would refuse."""

    async def before_operation(self, call: Call) -> None:
        """The moment between authorization and the operation: nothing has been validated yet."""
