"""Giving states back at the end of a run: what the pool has, and what a check or worker left that was broken off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from orderproof.conformance.kit.session import Session
from orderproof.conformance.states.callback import callback_source
from orderproof.conformance.states.journal import Journal
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.states.target_sources import sources_of
from orderproof.conformance.transport.client import Client

_AT_ONCE = 8


def give_back(session: Session, journal: Journal) -> None:
    """Tear down every state that the journal has left over, and remove the journal if none remains.

    A callback is asked for several at once, since each may take a second; a provider may count on being called by one.
    """
    if not journal.path.exists():
        return
    left = journal.left_over()
    if session.settings.target.states.provider or len(left) < 2:
        for state in left:
            session.states.teardown(state)
    else:
        _at_once(session, journal, left)
    if not journal.left_over():
        journal.path.unlink()


def _at_once(session: Session, journal: Journal, left: list[State]) -> None:
    settings, own, clients = session.settings, threading.local(), []

    def tear_down(state: State) -> None:
        if not hasattr(own, "states"):
            # A client has one connection.
            client = Client(settings.target.limits.setup, tls=settings.target.tls)
            clients.append(client)
            sources = sources_of(settings.target.states, partial(callback_source, client), Path(settings.folder))
            own.states = States(list(sources), journal.note)
        own.states.teardown(state)

    try:
        with ThreadPoolExecutor(min(_AT_ONCE, len(left))) as threads:
            list(threads.map(tear_down, left))
    finally:
        for client in clients:
            client.close()
