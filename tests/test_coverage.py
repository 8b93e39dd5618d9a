"""The table of rules by operation: no cell is empty without its reason, and what a cell names is a rule on it."""

import json
import subprocess
import sys

import pytest

from orderproof.conformance.reference.server import start
from orderproof.spec.catalogue import catalogue
from orderproof.spec.coverage import THE_REST, Row, columns, coverage
from orderproof.spec.description import operations
from tests.running import target_file

# Runs the checks of rules about all operations, and prints for each rule the operations that its checks sent.
OBSERVE = """
import json, sys, pytest
from orderproof.conformance import checks
from orderproof.conformance.kit.session import Session
sent, rules = {}, []
class Observed:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        rules[:] = [one for mark in item.iter_markers("orderproof_rule") for one in mark.args]
def end(session, *check, original=Session.end, **how):
    trace = original(session, *check, **how)
    for rule in rules:
        sent.setdefault(rule, set()).update(one.operation for one in trace.exchanges)
    return trace
Session.end = end
folder = checks.__path__[0]
chosen = [f"{folder}/test_{name}.py" for name in sys.argv[2:]]
pytest.main(["-q", "-p", "no:cacheprovider", f"-c{folder}/pytest.ini", *chosen, f"--orderproof-target={sys.argv[1]}"],
            [Observed()])
print("SENT", json.dumps({rule: sorted(filter(None, found)) for rule, found in sent.items()}))
"""
ACROSS = ("authorization", "errors", "robustness", "robustness_bodies", "robustness_connections")
# Its requests go to paths, and a path that two operations share gets them once.
BY_PATH = {("ROB-5", "showCancellationStatus")}

ROWS = coverage()


def mistake(row: Row, operation: str) -> str | None:
    """What is wrong with a cell, or None."""
    if row.cell(operation):
        return "it has rules, and a reason for having none" if operation in row.empty else None
    return None if row.empty.get(operation, "").strip() else "it has neither a rule nor a reason for having none"


def test_a_cell_has_rules_or_a_reason_for_having_none():
    found = {f"{row.kind}: {operation}": mistake(row, operation) for row in ROWS for operation in operations()}

    assert {cell: wrong for cell, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("rules", "empty", "says"),
    [
        (("GRA-4",), {}, None),
        (("CAN-1",), {"createGracePeriod": "it is never late"}, None),
        (("CAN-1",), {}, "it has neither a rule nor a reason for having none"),
        (("CAN-1",), {"createGracePeriod": " "}, "it has neither a rule nor a reason for having none"),
        (("GRA-4", "CAN-1"), {"createGracePeriod": "no"}, "it has rules, and a reason for having none"),
    ],
)
def test_a_mistake_in_a_cell_is_found(rules, empty, says):
    assert mistake(Row("late", rules, {}, empty), "createGracePeriod") == says


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_a_row_names_what_there_is(row):
    assert set(row.rules) <= set(catalogue())
    assert len(set(row.rules)) == len(row.rules)
    assert set(row.empty) <= set(operations())
    assert set(row.only) <= set(row.rules)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_only_rules_about_all_operations_are_narrowed(row):
    for rule, judged in row.only.items():
        assert catalogue()[rule].operation is None, f"{rule} is about one operation already"
        assert set(judged) < set(operations()), f"{rule} is narrowed to operations that there are, and not to all"


def test_a_rule_is_narrowed_alike_in_every_row():
    narrowed = {(rule, judged) for row in ROWS for rule, judged in row.only.items()}

    assert len(narrowed) == len({rule for rule, _ in narrowed})


def test_every_rule_stands_in_the_table():
    for rule in catalogue().values():
        stands_in = {
            operation
            for row in ROWS
            if rule.id in row.rules
            for operation in operations()
            if rule.id in row.cell(operation)
        }
        assert stands_in, f"no cell names {rule.id}"


def test_the_rest_are_rules_of_one_operation():
    (rest,) = [row for row in ROWS if row.kind == THE_REST]

    assert all(catalogue()[rule].operation for rule in rest.rules), "a rule about all operations belongs in a row"


def test_a_column_is_an_operation():
    assert list(columns()) == list(operations())
    assert len(set(columns().values())) == len(operations())


def test_a_rule_about_all_operations_sends_requests_for_each_that_its_cells_say(tmp_path):
    with start() as running:
        target = target_file(tmp_path, running.base_url, running.token, running.state_url)
        ran = subprocess.run(
            [sys.executable, "-c", OBSERVE, str(target), *ACROSS],
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
    line = next(line for line in ran.stdout.splitlines() if line.startswith("SENT "))
    sent = json.loads(line.removeprefix("SENT "))

    promised = {
        (rule, operation)
        for row in ROWS
        for operation in operations()
        for rule in row.cell(operation)
        if catalogue()[rule].operation is None and not catalogue()[rule].passive
    }
    assert {(rule, operation) for rule, operation in promised if operation not in sent[rule]} == BY_PATH
