"""`python -m orderproof.conformance.reference`: serve until told to stop, after one line of JSON that says where."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading

from orderproof.conformance.reference.choices import UnknownChoiceError, choose


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orderproof.conformance.reference", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    parser.add_argument("--token", help="the access token of the main tenant (default: a fresh one)")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="break it with a seeded fault")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME", help="take an open choice otherwise")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does")
    return parser


def _wait_for_eof(done: threading.Event) -> None:
    # Read without the buffer's lock: at exit this thread may still be waiting with it.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    done.set()


def main() -> None:
    """Serve until SIGTERM, SIGINT or, with `--until-eof`, the end of standard input."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        decisions = choose(arguments.fault, arguments.variant)
    except UnknownChoiceError as mistake:
        parser.error(str(mistake))
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    if arguments.until_eof:
        threading.Thread(target=_wait_for_eof, args=(done,), daemon=True).start()

    from orderproof.conformance.reference.server import start

    with start(decisions, port=arguments.port, token=arguments.token) as running:
        print(json.dumps(running.where), flush=True)
        done.wait()


if __name__ == "__main__":
    main()
