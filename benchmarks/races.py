"""What races find, how often, and what last-byte release is worth beside threads and a barrier.

    python benchmarks/races.py collisions [ATTEMPTS]   collisions per attempt, sent both ways
    python benchmarks/races.py detection [RUNS]        runs that find a lost extension, runs that fail a right server
    python benchmarks/races.py judging [HISTORIES]     what judging one history of 8 operations takes
    python benchmarks/races.py steadiness [RUNS]       whole runs that conform, and runs that find each of five faults

Each prints a table for `docs/concurrency.md`. Servers run in a process of their own, as in a run.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from pathlib import Path

from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.model.linearizability import Operation, explained, impossible_core
from orderproof.conformance.model.order import ANY, Cancel, Extend, Number, Order, ReadOrder, ReadStatus, Reply, apply
from orderproof.conformance.runner.embedded import embedded_target
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.last_byte import send_together

WINDOWS = {
    "a millisecond": ("--fault", "extension-lost-within-amillisecond"),
    "one turn of the event loop": ("--fault", "extension-lost-within-aturn"),
}
RIGHT = {
    "409 (the reference server)": (),
    "queued": ("--variant", "extensions-queued"),
    "tried again by the server": ("--variant", "extensions-retried"),
    "canceled a little later": ("--variant", "canceled-later"),
    "canceled a little later in every respect": ("--variant", "canceled-later-in-every-respect"),
}
FAULTS = {
    "extension-lost": ("GRA-7",),
    "extension-undoes-cancellation": ("GRA-16",),
    "serials-lost-when-simultaneous": ("SER-9",),
    "serials-half-written-when-simultaneous": ("SER-35",),
    "canceled-while-still-cancelable": ("CST-15",),
}
RACES = ("GRA-7", "GRA-16", "CAN-25", "CST-15", "SER-9", "SER-35", "SER-36", "LIN-19", "LIN-21")


@contextmanager
def session_of(arguments: tuple[str, ...]) -> Iterator[Session]:
    """A session against a reference server of its own."""
    with embedded_target(arguments) as target:
        session = Session(Settings(target))
        try:
            yield session
        finally:
            session.close()


def with_a_barrier(_: Session, orders: Orders, order: State, number: int) -> list[Answer]:
    """Send extensions from threads that a barrier releases, each on a connection of its own."""
    barrier = threading.Barrier(number)

    def send(_number: int) -> Answer:
        barrier.wait()
        return orders.extend_grace_period(order)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(send, range(number)))


def with_last_bytes(session: Session, orders: Orders, order: State, number: int) -> list[Answer]:
    """Send extensions whose last bytes are released together."""
    answers = [orders.prepared().extend_grace_period(order) for _ in range(number)]
    send_together(session.client, [answer.exchange for answer in answers])
    return answers


def collided(answers: list[Answer]) -> int:
    """How many of some extensions are lost: their answers show the timer of another."""
    return len(answers) - len({answer.at("due_at") for answer in answers})


def collisions(attempts: int) -> None:
    """Print the collisions per attempt, sent both ways in turn to the same server."""
    ways: dict[str, Callable[[Session, Orders, State, int], list[Answer]]] = {
        "barrier": with_a_barrier,
        "last byte": with_last_bytes,
    }
    print(
        "| window | requests | way | attempts with a collision | lost extensions per attempt |\n|---|---|---|---|---|"
    )
    for window, arguments in WINDOWS.items():
        for number in (2, 4, 8):
            found: dict[str, list[int]] = {way: [] for way in ways}
            with session_of(arguments) as session:
                orders = session.orders()
                for _ in range(attempts):
                    for way, send in ways.items():
                        order = session.take("order-in-grace-period")
                        found[way].append(collided(send(session, orders, order, number)))
            for way, lost in found.items():
                share = sum(1 for one in lost if one) / attempts
                print(f"| {window} | {number} | {way} | {share:.0%} | {statistics.mean(lost):.2f} |", flush=True)


def run_of(arguments: tuple[str, ...], rules: tuple[str, ...], seed: int) -> str:
    """The verdict of one `orderproof run` of some rules."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "orderproof",
            "run",
            "--quiet",
            "--out",
            folder,
            "--seed",
            str(seed),
            *arguments,
        ]
        command += [part for rule in rules for part in ("--rules", rule)]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        verdict: str = json.loads((Path(folder) / "report.json").read_text())["verdict"]
        return verdict


def detection(runs: int) -> None:
    """Print how many runs find a lost extension, and how many fail a server that is right."""
    print("| server | rules | runs | non-conforming |\n|---|---|---|---|")
    for what, servers, rules, count in (
        ("lost within ", WINDOWS, ("GRA-7",), runs),
        ("right: ", RIGHT, RACES, 2 * runs),
    ):
        for name, arguments in servers.items():
            verdicts = [run_of(arguments, rules, seed) for seed in range(1, count + 1)]
            broken, kept = verdicts.count("non-conforming"), verdicts.count("conforming")
            assert broken + kept == count, verdicts
            print(f"| {what}{name} | {', '.join(rules)} | {count} | {broken} |", flush=True)


def steadiness(runs: int) -> None:
    """Print how many whole runs against the reference server conform, and how many runs find each of five faults."""
    print("| server | rules | runs | conforming | non-conforming |\n|---|---|---|---|---|")
    servers: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [("the reference server", (), ())]
    servers += [(name, ("--fault", name), rules) for name, rules in FAULTS.items()]
    for name, arguments, rules in servers:
        verdicts = [run_of(arguments, rules, seed) for seed in range(1, runs + 1)]
        counts = " | ".join(str(verdicts.count(verdict)) for verdict in ("conforming", "non-conforming"))
        print(f"| {name} | {', '.join(rules) or 'all'} | {runs} | {counts} |", flush=True)


def history_of(dice: random.Random, length: int) -> list[Operation]:
    """A history that happened, most of it at once."""
    order, history = Order(True, True, ()), []
    requests = [Extend(), Extend(), Cancel(), ReadStatus(), Number(()), ReadOrder()]
    while len(history) < length:
        request = dice.choice(requests)
        outcome = dice.choice(list(apply(order, request)))
        shows = (
            tuple(False if one is ANY else one for one in outcome.shows)
            if isinstance(outcome.shows, tuple)
            else outcome.shows
        )
        moment = float(len(history))
        span = (moment - dice.uniform(0, length), moment + dice.uniform(0, length))
        reply = Reply(min(outcome.statuses), shows) if dice.random() < 0.9 else None
        history.append(Operation(request, reply, span[0], span[1] if reply else inf))
        order = outcome.order
    return history


def judging(histories: int) -> None:
    """Print what judging a history of 8 operations takes, possible ones and ones with a corrupted answer."""
    dice = random.Random(1)
    figures: dict[str, list[float]] = {"possible": [], "impossible": [], "smallest part of an impossible one": []}
    start = [Order(True, True, ())]
    while min(len(figures["possible"]), len(figures["impossible"])) < histories:
        history = history_of(dice, 8)
        index = dice.randrange(8)
        corrupted = [*history[:index], history[index]._replace(reply=Reply(200, 7)), *history[index + 1 :]]
        for one in (history, corrupted):
            began = time.perf_counter()
            is_possible = explained(start, one) is not None
            figures["possible" if is_possible else "impossible"].append(time.perf_counter() - began)
            if not is_possible:
                began = time.perf_counter()
                impossible_core(start, one)
                figures["smallest part of an impossible one"].append(time.perf_counter() - began)
    print("| history of 8 operations | number | median ms | longest ms |\n|---|---|---|---|")
    for name, seconds in figures.items():
        print(f"| {name} | {len(seconds)} | {statistics.median(seconds) * 1e3:.2f} | {max(seconds) * 1e3:.1f} |")


def main() -> None:
    """Run the part that is named."""
    parts: dict[str, tuple[Callable[[int], None], int]] = {
        "collisions": (collisions, 50),
        "detection": (detection, 50),
        "judging": (judging, 500),
        "steadiness": (steadiness, 20),
    }
    if len(sys.argv) < 2 or sys.argv[1] not in parts:
        raise SystemExit(__doc__)
    part, default = parts[sys.argv[1]]
    part(int(sys.argv[2]) if len(sys.argv) > 2 else default)


if __name__ == "__main__":
    main()
