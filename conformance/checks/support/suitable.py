"""States that suit a rule: what one order of the test data happens to be never leaves a rule out.

Where a state does not suit, others are asked for. If none of them suits, the rule is not run, with what it needs; only
what is so for every order, as the form of the target's ids is, puts a rule out of scope.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from orderproof.conformance.kit import NotApplicable, NotRun, Orders, Session, State, StateUnavailable, require

_TWO_MORE: Sequence[Mapping[str, Any]] = ({}, {})
_LEAST_FOR_A_TRAIT = 2


class _Search(NamedTuple):
    """The state that suits, or None; those that do not; and why there were no more of them, if that is known."""

    found: State | None
    others: list[State]
    ended: str


def suitable(
    session: Session,
    first: State,
    suits: Callable[[State], bool],
    *,
    needs: str,
    others: str,
    more: Sequence[Mapping[str, Any]] = _TWO_MORE,
) -> State:
    """`first`, or another state of its kind that suits; `more` are the parameters of those to ask for.

    Raises `NotRun` if none does: the rule needs `needs`, and the states were `others` ("with one price for all items").
    """
    search = _search(session, first, suits, more)
    if search.found is None:
        raise NotRun(_needed(search, needs, others))
    return search.found


def suitable_or_trait(
    session: Session, first: State, suits: Callable[[State], bool], *, needs: str, others: str, trait: str
) -> State:
    """`first`, or another state of its kind that suits.

    Raises `NotApplicable` with `trait`, what is true of the target, if several orders show it and none suits; `NotRun`
    if there was one order alone, whose data may be chance.
    """
    search = _search(session, first, suits, _TWO_MORE)
    if search.found is not None:
        return search.found
    seen = {f"{state.values.get('order_uuid')}".casefold() for state in search.others}
    if len(seen) < _LEAST_FOR_A_TRAIT:
        raise NotRun(_needed(search, f"{needs}, or a second one to show that there is none", others))
    raise NotApplicable(f"{trait}, as {len(seen)} orders show")


def with_letters(session: Session, first: State) -> State:
    """An order whose readable id has letters, so that it can be written in another case."""
    return suitable_or_trait(
        session,
        first,
        lambda state: bool(state.order_id.swapcase() != state.order_id),
        needs="an order whose readable id has letters",
        others="whose readable id has none that has a case",
        trait="the target's readable ids have no letters that have a case",
    )


def several_orders(session: Session, first: State, number_of_orders: Callable[[State], int]) -> State:
    """An order of the external OMS whose customer has several orders."""
    return suitable(
        session,
        first,
        lambda state: number_of_orders(state) > 1,
        needs="an order in the external OMS whose customer has several orders",
        others="whose customer's history lists fewer than 2",
    )


def kept_by_the_platform(session: Session, orders: Orders, first: State) -> State:
    """An order that the platform keeps, so that its history is the platform's."""
    return suitable_or_trait(
        session,
        first,
        lambda one: require(orders.show(one, id_type="external")).at("origin") != "external",
        needs="an order that the platform keeps",
        others="with the origin external",
        trait="the target's orders are in the external OMS, which decides which of a customer's orders it returns",
    )


def take_if_offered(session: Session, name: str, **params: Any) -> tuple[State | None, str]:
    """A state, or None and why there is none.

    The check can do without it, so it is not noted as one that the run lacks.
    """
    was_missing = name in session.states.missing
    try:
        return session.take(name, **params), ""
    except StateUnavailable as error:
        if not was_missing:
            session.states.missing.pop(name, None)
        return None, str(error)


def _search(
    session: Session, first: State, suits: Callable[[State], bool], more: Sequence[Mapping[str, Any]]
) -> _Search:
    if suits(first):
        return _Search(first, [], "")
    name, others, ended = first.name, [first], ""
    for params in more:
        state, why = take_if_offered(session, name, **params)
        if state is None:
            ended = why
            continue
        if suits(state):
            return _Search(state, others, "")
        others.append(state)
    return _Search(None, others, ended)


def _needed(search: _Search, needs: str, others: str) -> str:
    source = "the target file" if search.others[0].source == "fixed" else f"states.{search.others[0].source}"
    ended = f"; {search.ended}" if search.ended else ""
    return f"the rule needs {needs}; {source} gave {len(search.others)} {others}{ended}"
