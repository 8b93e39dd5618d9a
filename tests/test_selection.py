"""Which checks a run of some rules collects: those that it needs, although pytest makes no items of the others."""

import pytest

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.run_checks import collect_checks
from orderproof.conformance.runner.selection import Selection

SETTINGS = Settings(Target("acme", "http://127.0.0.1:9/v0"))


@pytest.fixture(scope="module")
def every_check():
    return collect_checks(SETTINGS, Selection())


# A case of a check, by whose name it is judged again although its rule is not selected.
CASE = "test_authorization.py::test_a_caller_without_a_token_is_denied[showSalesOrderByIdAndIdType]"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(("GRA-1", "GRA-4")),
        # Rules of single parameters of a check.
        Selection(("SEC-1", "GRA-9?")),
        # Judged on the answers of every check of its operation, or only of those that are selected.
        Selection(("GRA-11",)),
        Selection(("GRA-11",), is_narrow=True, checks=(CASE,)),
    ],
)
def test_a_run_of_some_rules_has_the_checks_that_it_needs(every_check, selection):
    needed = [check for check in every_check if selection.needs(check.name, check.rules)]

    assert collect_checks(SETTINGS, selection) == needed
    assert 0 < len(needed) < len(every_check)
