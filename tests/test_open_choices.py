"""Every reading of every open choice has a server, and each server answers as its reading says."""

import pytest
import yaml

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.reference.variants import DEFAULT_READINGS, all_variants
from orderproof.conformance.selftest.judging import SubjectResult
from orderproof.conformance.selftest.subjects import Subject
from orderproof.spec.catalogue import catalogue
from tests.readings import PROBES
from tests.samples import SPEC
from tests.test_reference_server import Sandbox

CHOICES = {
    choice["id"]: choice
    for choice in yaml.safe_load((SPEC / "open-choices.yaml").read_text(encoding="utf-8"))["choices"]
}
READINGS = {f"{name}/{reading['id']}" for name, choice in CHOICES.items() for reading in choice["readings"]}
VARIANTS = all_variants()
TAKEN = [(name, reading) for name, variant in VARIANTS.items() for reading in variant.readings]


def test_every_reading_is_that_of_a_server():
    assert {*DEFAULT_READINGS, *(reading for _, reading in TAKEN)} == READINGS


def test_the_reference_server_has_one_reading_of_each_choice():
    assert [reading.partition("/")[0] for reading in DEFAULT_READINGS] == list(CHOICES)


def test_a_variant_is_listed_under_the_point_of_its_reading():
    assert [(name, VARIANTS[name].choice) for name, _ in TAKEN] == [
        (name, CHOICES[reading.partition("/")[0]]["point"]) for name, reading in TAKEN
    ]


def test_a_variant_is_warned_by_advice_alone():
    for name, variant in VARIANTS.items():
        assert {catalogue()[rule].level for rule in variant.warned_by} <= {"advisory"}, name


@pytest.mark.parametrize(
    ("verdict", "broken", "is_wrong"),
    [
        ("conforming", (), False),
        ("conforming", ("ORD-27",), False),
        ("conforming", ("ORD-27", "LIN-16"), True),
        ("partial", (), True),
    ],
)
def test_a_variant_is_judged_wrongly_by_any_other_word(verdict, broken, is_wrong):
    judgement = SubjectResult(Subject("variant", "x", ("ORD-27",)), verdict, broken, (), requests=1, duration_s=1.0)

    assert judgement.is_wrong is is_wrong


def test_every_choice_is_probed():
    assert set(PROBES) == set(CHOICES)


@pytest.fixture(scope="module")
def reference():
    with start() as running:
        yield Sandbox(running)


@pytest.mark.parametrize("reading", DEFAULT_READINGS)
def test_the_reference_server_reads_as_it_says(reference, reading):
    choice, _, expected = reading.partition("/")

    assert PROBES[choice](reference) == expected


@pytest.mark.parametrize(("variant", "reading"), TAKEN, ids=str)
def test_a_variant_reads_as_it_says(variant, reading):
    choice, _, expected = reading.partition("/")

    with start(choose(variants=[variant])) as running:
        assert PROBES[choice](Sandbox(running)) == expected
