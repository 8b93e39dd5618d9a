"""Whether recorded traffic shows what a run found: `python -m benchmarks.traffic_of_faults [FAULT…] [--jobs N]`.

Every seeded fault of a rule that traffic can prove is judged by a run, and the HAR that the run wrote by `traffic`. The
goal: each fault that the run found by such a rule breaks a rule in its recording too, but for those of `KNOWN`. A fault
that the recording shows by another rule than the run is listed. All 190 take a quarter of an hour on two cores.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.embedded import embedded_target
from orderproof.conformance.runner.judging import RunOptions, judge_target
from orderproof.conformance.selftest.subjects import Subject, selections, subjects
from orderproof.conformance.traffic.judging import TrafficOptions, judge_traffic, provable_rules
from orderproof.reports.formats.har import render
from orderproof.spec.catalogue import catalogue

_MAY_CHANGE = "but for placed_at, what a history shows of an order may change before the order is read"
KNOWN: dict[str, str] = {
    "canceled-before-validation": "the shop itself may have canceled the order after the request was refused",
    "orders-of-the-previous-customer": "the total counts the order too, and nobody knows how many a customer has",
    "prices-id-in-shared-field": "that a valid request is refused is not judged: another could be the reason",
    "prices-path-shared-from-the-head-on": "that a valid request is refused is not judged: another could be the reason",
    "status-only-by-uuid": "that a valid request is refused is not judged: another could be the reason",
    "status-differs-by-id": "an order may stop being cancelable between two requests",
    "serials-half-of-501": "an order with 501 items is longer than what the recording of a run keeps whole",
    "oldest-order-lost": "the total leaves the order out as well, and nobody knows how many orders a customer has",
    "prices-of-501-items-are-too-large": "which 4xx a request is refused with is not judged",
    "serials-of-501-items-are-too-large": "which 4xx a request is refused with is not judged",
    "nothing-beyond-50-orders": "the total leaves the others out as well, and nobody knows how many a customer has",
    "customer-of-history-is-the-order": _MAY_CHANGE,
    "history-as-first-read": _MAY_CHANGE,
    "items-of-history-complete": _MAY_CHANGE,
    "items-of-history-as-placed": _MAY_CHANGE,
    "net-of-history-is-gross": _MAY_CHANGE,
    "serials-of-history-in-small-letters": _MAY_CHANGE,
    "status-of-history-as-placed": _MAY_CHANGE,
    "status-of-history-constant": _MAY_CHANGE,
    "total-of-history-without-cents": _MAY_CHANGE,
    "totals-of-history-without-tax": _MAY_CHANGE,
}
"""Faults that a recording does not show, and why."""


class Compared(NamedTuple):
    """What came of a fault: the rules that a run found broken, and those that its recording shows to be broken."""

    fault: str
    run: frozenset[str]
    traffic: frozenset[str]

    @property
    def found(self) -> frozenset[str]:
        """The rules that the run found broken, of those that traffic can prove."""
        return self.run & provable_rules()

    @property
    def is_missed(self) -> bool:
        """Whether the run alone found the fault by such a rule."""
        return bool(self.found) and not self.traffic and self.fault not in KNOWN


def compare(subject: Subject, folder: Path, *, complete: bool) -> Compared:
    """Judge a fault by a run, and then by the recording of that run."""
    run: set[str] = set()
    traffic: set[str] = set()
    for selection in selections(subject, is_whole=False):
        with embedded_target(["--fault", subject.name]) as target:
            options = RunOptions(Settings(target, 1, folder=str(folder)), folder, selection, keep_personal_data=True)
            record = judge_target(options).record
        path = folder / "traffic.har"
        path.write_text(render(record), encoding="utf-8", errors="surrogatepass")
        rules = list(catalogue().values())
        shown = judge_traffic(TrafficOptions([path], target.base_url, target.base_url, rules, complete=complete))
        run |= {row["id"] for row in record["rules"] if row["findings"]}
        traffic |= {row["id"] for row in shown["rules"] if row["findings"]}
    return Compared(subject.name, frozenset(run), frozenset(traffic))


def _compare(subject: Subject, *, complete: bool) -> Compared:
    with tempfile.TemporaryDirectory() as name:
        return compare(subject, Path(name), complete=complete)


def chosen(names: Sequence[str]) -> list[Subject]:
    """The faults with these names; without any, all that break a rule which traffic can prove."""
    faults = [one for one in subjects() if one.kind == "fault"]
    return [one for one in faults if (one.name in names if names else provable_rules().intersection(one.breaks))]


def main() -> int:
    """Compare, and print what differs; exit code 1 where a recording shows less than its run found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--incomplete", action="store_true", help="Judge the recordings without --complete.")
    arguments = parser.parse_args()
    found = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        running = [pool.submit(_compare, one, complete=not arguments.incomplete) for one in chosen(arguments.faults)]
        for future in as_completed(running):
            one = future.result()
            found.append(one)
            if one.found - one.traffic:
                told = (
                    f"{one.fault}: run {', '.join(sorted(one.found))}; traffic {', '.join(sorted(one.traffic)) or '-'}"
                )
                why = " MISSED" if one.is_missed else "" if one.traffic else f": {KNOWN[one.fault]}"
                print(told + why, flush=True)
    missed = sum(one.is_missed for one in found)
    shown = sum(bool(one.found and one.traffic) for one in found)
    print(f"{sum(bool(one.found) for one in found)} faults found by provable rules, {shown} shown, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
