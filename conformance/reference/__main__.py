"""`python -m conformance.reference`: serve until told to stop, after one line of JSON that says where."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.decisions import Decisions


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance.reference", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    parser.add_argument("--token", help="the access token of the main tenant (default: a fresh one)")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="break it with a seeded fault")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME", help="take an open choice otherwise")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does")
    return parser.parse_args()


def _decisions(faults: list[str], variants: list[str]) -> type[Decisions]:
    from conformance.reference.decisions import Decisions

    if not faults and not variants:
        return Decisions
    from conformance.reference.faults import all_faults
    from conformance.reference.variants import all_variants

    bases: list[type] = []
    for kind, names, known in (("fault", faults, all_faults()), ("variant", variants, all_variants())):
        for name in names:
            if name not in known:
                sys.exit(f"There is no {kind} {name!r}; there are: {', '.join(sorted(known))}")
            bases.append(known[name])
    return type("Chosen", (*bases, Decisions), {})


def _wait_for_eof(done: threading.Event) -> None:
    sys.stdin.buffer.read()
    done.set()


def main() -> None:
    """Serve until SIGTERM, SIGINT or, with `--until-eof`, the end of standard input."""
    arguments = _arguments()
    decisions = _decisions(arguments.fault, arguments.variant)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    if arguments.until_eof:
        threading.Thread(target=_wait_for_eof, args=(done,), daemon=True).start()

    from conformance.reference.server import start

    with start(decisions, port=arguments.port, token=arguments.token) as running:
        where = {
            "base_url": running.base_url,
            "state_url": running.state_url,
            "token": running.token,
            "requests_url": running.requests_url,
        }
        print(json.dumps(where), flush=True)
        done.wait()


if __name__ == "__main__":
    main()
