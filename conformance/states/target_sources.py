"""The sources of states that a target file names, in the order in which they are asked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from orderproof.conformance.config.injection import Injection
from orderproof.conformance.config.target import Callback, StateSources
from orderproof.conformance.states.giving_up import giving_up
from orderproof.conformance.states.provider import load_provider
from orderproof.conformance.states.sources import FIXED, Ask


def sources_of(
    sources: StateSources, callback: Callable[[Callback], Ask], injection: Callable[[Injection], Ask], folder: Path
) -> Iterator[tuple[str, Ask]]:
    """The sources of a target file in the order in which they are asked.

    `callback` and `injection` make a source of what the file says of each.
    """
    if sources.fixed:
        yield FIXED, _lists_nothing_else
    if sources.injection:
        yield "injection", giving_up("injection", injection(sources.injection))
    if sources.callback:
        yield "callback", giving_up("callback", callback(sources.callback))
    if sources.provider:
        yield "provider", giving_up("provider", load_provider(sources.provider, folder))


def _lists_nothing_else(*_: Any) -> None:
    """What is listed is lent by the pool, and nothing else is."""
