"""Histories of concurrent requests: whether some sequence of them, one at a time, explains every answer.

The search is Wing and Gong's, with Lowe's memoisation (as in porcupine and Knossos): an operation may come next if no
other remaining operation had returned before it was invoked, and a pair of "these are done" and "the order is in this
state" is visited once. It is exact. Histories are short: `MOST_OPERATIONS` limits the time.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

from orderproof.conformance.model.order import READS, Order, Reply, Request, apply

MOST_OPERATIONS = 16
"""The longest history that is judged: the search is exponential in the number of overlapping operations."""


class Operation(NamedTuple):
    """A request of a history, and when it was under way, in seconds of one clock.

    `reply` is None if no answer came, or an answer that does not show whether the request was carried out: it may have
    been carried out at any time from then on, or not.
    """

    request: Request
    reply: Reply | None
    invoked: float
    returned: float


def explained(start: Iterable[Order], history: Sequence[Operation]) -> list[int] | None:
    """A sequence of operations (their indices) that explains every answer, or None: the history is impossible.

    `start` are the states that the order may have been in before. Operations without an answer are in the sequence only
    if they must have been carried out. Raises `ValueError` for a history of more than `MOST_OPERATIONS`.
    """
    if len(history) > MOST_OPERATIONS:
        raise ValueError(f"a history of {len(history)} operations is too long to judge; the limit is {MOST_OPERATIONS}")
    return _search(frozenset(start), history, [_is_contended(history, index) for index in range(len(history))])


def _search(start: frozenset[Order], history: Sequence[Operation], contended: Sequence[bool]) -> list[int] | None:
    answered = sum(1 << index for index, operation in enumerate(history) if operation.reply is not None)
    everything = (1 << len(history)) - 1
    visited: set[tuple[int, Order]] = set()
    # Depth first, without recursion: what is left to be placed, the state, and the sequence so far.
    stack: list[tuple[int, Order, tuple[int, ...]]] = [(everything, order, ()) for order in start]
    while stack:
        left, order, sequence = stack.pop()
        if not left & answered:
            return list(sequence)
        if (left, order) in visited:
            continue
        visited.add((left, order))
        first_return = min(history[index].returned for index in _members(left & answered))
        for index in _members(left):
            operation = history[index]
            if operation.invoked > first_return:
                continue
            stack.extend(
                (left & ~(1 << index), outcome.order, (*sequence, index))
                for outcome in apply(order, operation.request, contended=contended[index])
                if operation.reply is None or outcome.admits(operation.reply)
            )
    return None


def _members(mask: int) -> list[int]:
    return [index for index in range(mask.bit_length()) if mask >> index & 1]


def _is_contended(history: Sequence[Operation], index: int) -> bool:
    """Whether another operation that changes the order, and was not refused, overlapped this one."""
    one = history[index]
    return any(
        number != index
        and not isinstance(other.request, READS)
        and (other.reply is None or other.reply.status < 400)
        and other.invoked <= one.returned
        and one.invoked <= other.returned
        for number, other in enumerate(history)
    )


def impossible_core(start: Iterable[Order], history: Sequence[Operation]) -> tuple[int, ...]:
    """The smallest set of operations of an impossible history whose answers no sequence explains, by index.

    The others are kept as operations that may or may not have been carried out: without them, a timer would seem
    impossible that they had moved.
    """
    states = frozenset(start)
    # From the original history: whether two requests overlapped does not depend on their answers.
    contended = [_is_contended(history, index) for index in range(len(history))]
    answered = [index for index, operation in enumerate(history) if operation.reply is not None]
    for size in range(1, len(answered)):
        for kept in combinations(answered, size):
            relaxed = [
                operation if index in kept else operation._replace(reply=None, returned=inf)
                for index, operation in enumerate(history)
            ]
            if _search(states, relaxed, contended) is None:
                return kept
    return tuple(answered)
