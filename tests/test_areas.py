"""Rules, checks and faults lie alike: whoever adds a rule knows the three files by its area."""

from pathlib import Path

import pytest

from orderproof.conformance import checks
from orderproof.conformance.checks.test_generated import REFUSED, SERVED
from orderproof.conformance.reference.faults import all_faults
from orderproof.spec.catalogue import RULES_FOLDER, catalogue
from orderproof.spec.yamlfile import read_yaml

# The rules of `generated.yaml` are those of all areas, numbered from 90 in each: their faults lie with the area, and
# one module of checks judges them. Walks and races judge rules of several areas too.
ACROSS = ("generated",)
CHECKS_ACROSS = ("test_generated", "test_walks", "test_races", "test_canary")

AREAS = {path.stem: path for path in RULES_FOLDER.glob("*.yaml") if path.stem not in ACROSS}


def file_of(area: str) -> str:
    """The file of an area's rules, such as `grace-period` for `GRA`."""
    return next(name for name, path in AREAS.items() if any(rule.startswith(area) for rule in read_yaml(path)["rules"]))


FILES = {rule.area: file_of(rule.area) for rule in catalogue().values()}


def mirrors(module: str, area_file: str) -> bool:
    name = area_file.replace("-", "_")
    return module == name or module.startswith(f"{name}_")


@pytest.mark.parametrize("area_file", AREAS)
def test_a_file_holds_the_rules_of_one_area(area_file):
    assert len({rule.split("-")[0] for rule in read_yaml(AREAS[area_file])["rules"]}) == 1


@pytest.mark.parametrize("area_file", AREAS)
def test_an_area_has_its_checks_and_its_faults(area_file):
    modules = [path.stem.removeprefix("test_") for path in Path(checks.__path__[0]).glob("test_*.py")]
    faults = {fault.__module__.rsplit(".", 1)[-1] for fault in all_faults().values()}
    assert any(mirrors(module, area_file) for module in modules)
    assert any(mirrors(module, area_file) for module in faults)


@pytest.mark.parametrize(("name", "fault"), all_faults().items(), ids=list(all_faults()))
def test_a_fault_lies_with_the_first_rule_that_it_breaks(name, fault):
    module = fault.__module__.rsplit(".", 1)[-1]
    assert mirrors(module, FILES[catalogue()[fault.breaks[0]].area]), f"{name} is in {module}.py"


def test_a_module_of_checks_judges_rules_of_its_area():
    modules = [path.stem for path in Path(checks.__path__[0]).glob("test_*.py") if path.stem not in CHECKS_ACROSS]
    strays = {name for name in modules if not any(mirrors(name.removeprefix("test_"), area) for area in AREAS)}
    assert strays == set()


def test_generated_requests_are_bound_to_the_rules_of_their_operation():
    generated = read_yaml(RULES_FOLDER / "generated.yaml")["rules"]
    bound = {**{rule: one for one, rule in SERVED.items()}, **{rule: one for one, rule in REFUSED.items()}}
    assert {rule: entry["operation"] for rule, entry in generated.items()} == bound
    assert all(rule.endswith("-90") for rule in SERVED.values())
    assert all(rule.endswith("-91") for rule in REFUSED.values())
