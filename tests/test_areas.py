"""Rules, checks and faults lie alike: whoever adds a rule knows the three files by its area.

`spec/rules/grace-period.yaml` has `test_grace_period.py` among the checks and `grace_period.py` among the faults. What
is too long for one file goes on in others whose names begin so, such as `grace_period_races.py`.
"""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from orderproof.conformance import checks
from orderproof.conformance.checks.test_generated import REFUSED, SERVED
from orderproof.conformance.reference import faults, variants
from orderproof.conformance.reference.faults import all_faults
from orderproof.spec.catalogue import AREAS, RULES_FOLDER
from orderproof.spec.yamlfile import read_yaml

# `generated.yaml` is no area: it holds the rules on generated requests of every area, numbered from 90 in each. One
# module of checks judges them all, and their faults lie with the area that their ids name.
GENERATED = "generated"
# Walks and races judge what several areas say together, and the canary judges the suite itself.
CHECKS_ACROSS_AREAS = {"test_generated", "test_walks", "test_races", "test_canary"}

RULES_IN = {path.stem: list(read_yaml(path)["rules"]) for path in RULES_FOLDER.glob("*.yaml") if path.stem != GENERATED}
FILE_OF = {rules[0].partition("-")[0]: file for file, rules in RULES_IN.items()}
CHECKS = {path.stem: path for path in Path(checks.__path__[0]).glob("test_*.py")}
CHECKS_OF_ONE_AREA = sorted(CHECKS.keys() - CHECKS_ACROSS_AREAS)


def modules_of(package: ModuleType) -> dict[str, Path]:
    """The modules of faults or of variants by their names, without what they share."""
    return {path.stem: path for path in Path(package.__path__[0]).glob("*.py") if path.stem != "__init__"}


def is_named_after(module: str, file: str) -> bool:
    """Whether a module's name is that of a file of rules, or begins with it."""
    return f"{module}_".startswith(f"{file.replace('-', '_')}_")


def file_of(module: str) -> str | None:
    """The file of rules that a module is named after."""
    return next((file for file in RULES_IN if is_named_after(module, file)), None)


def first_rules(path: Path) -> set[str]:
    """The first of the rules that each check of a module names."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    named = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "rule")
    return {first.value for first in named if isinstance(first, ast.Constant)}


def imported_from(package: ModuleType, path: Path) -> set[str]:
    """The modules of a package that a file imports, such as `history` or `shared.statuses`."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.removeprefix(f"{package.__name__}.") for name in names if name.startswith(package.__name__)}


def test_an_area_has_one_file_of_rules():
    assert {file: {rule.partition("-")[0] for rule in rules} for file, rules in RULES_IN.items()} == {
        file: {area} for area, file in FILE_OF.items()
    }
    assert FILE_OF.keys() == AREAS.keys()


@pytest.mark.parametrize("file", RULES_IN)
def test_an_area_has_its_checks_and_its_faults(file):
    name = file.replace("-", "_")

    assert f"test_{name}" in CHECKS
    assert name in modules_of(faults)


def test_a_fault_lies_with_the_first_rule_that_it_breaks():
    for name, fault in all_faults().items():
        module = fault.__module__.rpartition(".")[2]
        first = fault.breaks[0]
        file = FILE_OF[first.partition("-")[0]]

        assert is_named_after(module, file), f"{name} breaks {first}, so it belongs in {file.replace('-', '_')}.py"


@pytest.mark.parametrize("package", [faults, variants], ids=lambda package: package.__name__.rpartition(".")[2])
def test_the_behaviours_of_an_area_are_not_made_from_those_of_another(package):
    crossing = {
        (module, other)
        for module, path in modules_of(package).items()
        for other in imported_from(package, path)
        if not other.startswith("shared.") and file_of(other) != file_of(module)
    }

    assert not crossing, "what several areas are made with belongs in `shared/`"


@pytest.mark.parametrize("module", CHECKS_OF_ONE_AREA)
def test_a_check_lies_with_the_first_rule_that_it_judges(module):
    file = file_of(module.removeprefix("test_"))
    named = first_rules(CHECKS[module])

    assert named
    assert {FILE_OF[rule.partition("-")[0]] for rule in named} == {file}


def test_generated_requests_are_bound_to_the_rules_of_their_operation():
    generated = read_yaml(RULES_FOLDER / f"{GENERATED}.yaml")["rules"]
    bound = {**{rule: one for one, rule in SERVED.items()}, **{rule: one for one, rule in REFUSED.items()}}
    assert {rule: entry["operation"] for rule, entry in generated.items()} == bound
    assert all(rule.endswith("-90") for rule in SERVED.values())
    assert all(rule.endswith("-91") for rule in REFUSED.values())
