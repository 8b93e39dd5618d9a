"""Giving states back at the end of a run: what the pool has, and what a check or worker left that was broken off."""

from concurrent.futures import ThreadPoolExecutor

from orderproof.conformance.config.target import Callback
from orderproof.conformance.kit.session import Session
from orderproof.conformance.states.callback import callback_source
from orderproof.conformance.states.journal import Journal
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.transport.client import Client

_AT_ONCE = 8


def give_back(session: Session, journal: Journal) -> None:
    """Tear down every state that the journal has left over, and remove the journal if none remains.

    A callback is asked for several at once, since each may take a second. A provider may count on being called by one,
    and what was injected is given back at the platform's rate.
    """
    if not journal.path.exists():
        return
    left, states = journal.left_over(), session.settings.target.states
    if states.callback and not (states.provider or states.injection) and len(left) > 1:
        _at_once(session, states.callback, journal, left)
    else:
        for state in left:
            session.states.teardown(state)
    if not journal.left_over():
        journal.path.unlink()


def _at_once(session: Session, callback: Callback, journal: Journal, left: list[State]) -> None:
    target, number = session.settings.target, min(_AT_ONCE, len(left))

    def tear_down(share: list[State]) -> None:
        # A client closes the connections of its own thread alone.
        client = Client(target.limits.setup, tls=target.tls)
        states = States([("callback", callback_source(client, callback))], journal.note)
        try:
            for state in share:
                states.teardown(state)
        finally:
            client.close()

    with ThreadPoolExecutor(number) as threads:
        list(threads.map(tear_down, (left[index::number] for index in range(number))))
