"""Records and pages for tests: of real runs, and made up where no run gives what is to be seen."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.selftest.judging import SubjectResult
from orderproof.conformance.selftest.matrix import matrix
from orderproof.conformance.selftest.subjects import subjects
from orderproof.reports.page import render
from orderproof.reports.page.kills import render_kills
from orderproof.reports.page.matrix import render_matrix
from orderproof.spec.catalogue import Rule
from tests.loopback import refusing_port
from tests.records import RULES, all_kept, exchange, large, outcome, record
from tests.running import orderproof, rules, target_file

RUNS = ("conforming", "non-conforming", "partial", "void")
# Together they give a rule with many findings, advice, rules that nothing is found against, and some not judged.
FAULTS = ("extends-by-10-minutes", "status-as-text", "pages-overlap", "cancel-is-202")
BROKEN_RULES = ("CAN-1", "CST-1", "CST-3", "CST-4", "CST-8", "CST-10", "GRA-1", "HIS-9")


def real_runs(folder: Path) -> dict[str, Path]:
    """The page of a run of each verdict, as the run itself wrote it."""
    pages = {}

    def run(name: str, *arguments: str) -> None:
        (folder / name).mkdir(exist_ok=True)
        ran = orderproof(folder / name, "run", "--quiet", "--profile", "quick", *arguments)
        pages[name] = ran.folder / "orderproof-report" / "report.html"
        assert pages[name].exists(), ran.out + ran.err

    with refusing_port() as port:
        run("void", f"http://127.0.0.1:{port}/v0", *rules("GRA-1"))
    with start() as server:
        (folder / "partial").mkdir()
        target = target_file(folder / "partial", server.base_url, server.token, None, internal_base_url="")
        run("conforming", *_target(folder / "conforming", server), *rules("CST-1", "CST-6", "GRA-1"))
        run("partial", "--target", str(target), *rules("GRA-1", "INT-1", "SEC-2"))
    with start(choose(faults=FAULTS)) as server:
        run("non-conforming", *_target(folder / "non-conforming", server), *rules(*BROKEN_RULES))
    for name, page in pages.items():
        assert record_of(page)["verdict"] == name
    return pages


def _target(folder: Path, server: Any) -> list[str]:
    folder.mkdir()
    return ["--target", str(target_file(folder, server.base_url, server.token, server.state_url))]


def record_of(page: Path) -> dict[str, Any]:
    """The record that the run wrote beside its page."""
    return json.loads(page.with_name("report.json").read_text(encoding="utf-8"))


def visible_rules(page: Any) -> list[str]:
    """Ids of the rules that an open page shows."""
    return page.locator(".rule:not([hidden]) [role=heading] code").all_text_contents()


def fragment_of(page: Any) -> str:
    """The fragment of an open page's address, decoded."""
    return unquote(page.evaluate("location.hash")).removeprefix("#")


def wait_for_fragment(page: Any, wanted: str) -> None:
    """Wait until the page has dealt with a link within it, and has this fragment, decoded, in its address."""
    page.wait_for_function("wanted => decodeURIComponent(location.hash) === `#${wanted}`", arg=wanted)


WALK = [
    {"text": "read the cancellation status", "answer": "200, cancelable true", "exchange": 0},
    {"text": "cancel the order", "answer": "200", "exchange": 1},
    {"text": "read the cancellation status", "answer": "200, canceled false", "exchange": 2},
]
RACE = [
    {"text": "extend (1)", "start_s": 0.0, "end_s": 0.006, "answer": "200", "exchange": 0, "impossible": True},
    {"text": "extend (2)", "start_s": 0.001, "end_s": 0.009, "answer": "200", "exchange": 1, "impossible": True},
    {"text": "extend (3)", "start_s": 0.002, "end_s": None, "answer": "", "exchange": 2, "impossible": False},
]


# Enough for a browser to lay out only what is in view; benchmarks/page.py times ten thousand.
LARGE = 2_500
FEW = tuple(rule for rule in RULES if rule.area in ("GRA", "CST"))


def kept(rules: tuple[Rule, ...] = RULES) -> dict[str, Any]:
    """The record of a run that found these rules kept."""
    return record(all_kept(), rules)


def told(rules: tuple[Rule, ...] = RULES, **finding: Any) -> dict[str, Any]:
    """The record of a run whose one finding, of GRA-7, tells a walk and a race of three exchanges."""
    url = "http://acme.example/v0/orders/17/cancel?id_type=internal"
    sent = [
        exchange(url=url, operation="showCancellationStatus", response_body=b'{"cancelable":true,"canceled":false}'),
        exchange(url=url, operation="createCancellation", method="POST", request_body=b'{"reason": "late"}'),
        exchange(url=url, operation="showCancellationStatus", response_body=b'{"cancelable":true,"canceled":false}'),
    ]
    broken = outcome(
        "GRA-7",
        result="fail",
        check="test_x.py::test_a_race",
        exchanges=sent,
        finding={
            "expected": "canceled: true",
            "observed": "canceled: false",
            "story": WALK,
            "timeline": RACE,
            **finding,
        },
    )
    return record([*all_kept("GRA-7"), broken], rules)


def every_page(folder: Path) -> dict[str, Path]:
    """Pages by name: of a real run of each verdict, made-up ones, records side by side, and a kill matrix."""
    found = real_runs(folder)
    found["told"] = written(folder, "told", told(FEW))
    found["large"] = written(folder, "large", large(LARGE))
    for name, page in (("matrix", render_matrix([kept(FEW), told(FEW)])), ("kills", render_kills(kill_matrix()))):
        found[name] = folder / f"{name}.html"
        found[name].write_text(page, encoding="utf-8")
    return found


def kill_matrix() -> dict[str, Any]:
    """A kill matrix: a fault caught, one that escaped a rule and was found by another, a server spared and one not."""
    every = {(one.kind, one.name): one for one in subjects()}
    judged = (
        ("fault", "extends-by-10-minutes", "non-conforming", ("GRA-1",)),
        ("fault", "extends-expired", "non-conforming", ("GRA-4", "CST-1")),
        ("variant", "", "conforming", ()),
        ("variant", "pretty-json", "non-conforming", ("ORD-1",)),
    )
    return matrix(
        [SubjectResult(every[kind, name], verdict, found, (), 40, 1.5) for kind, name, verdict, found in judged]
    )


def written(folder: Path, name: str, of: Mapping[str, Any]) -> Path:
    """The page of a record as a file."""
    path = folder / f"{name}.html"
    path.write_text(render(of), encoding="utf-8")
    return path
