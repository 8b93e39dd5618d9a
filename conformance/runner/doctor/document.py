"""What the doctor found as plain data, without secrets; its JSON Schema is `reports/doctor.schema.json`."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from orderproof import __version__
from orderproof.conformance.config.target import Target
from orderproof.conformance.runner.doctor.examination import Examination, summary
from orderproof.conformance.runner.doctor.step import Step
from orderproof.reports.redaction.masking import Masker

SCHEMA = 1
"""The version of the document's form."""


def masked(step: Step, secrets: Iterable[str]) -> dict[str, Any]:
    """A step as it may be shown."""
    masker = Masker(secrets)
    told = asdict(step)
    told["sentence"] = masker.mask_message(step.sentence)
    told["remedy"] = masker.mask_message(step.remedy) if step.remedy else None
    told["seconds"] = None if step.seconds is None else round(step.seconds, 3)
    return told


def document(target: Target | None, file: str | None, found: Examination, exit_code: int) -> dict[str, Any]:
    """What the doctor found; `target` is None where the target file cannot be used."""
    masker = Masker(found.secrets)
    about = {"name": masker.text(target.name), "base_url": masker.text(target.base_url)} if target else {}
    return {
        "schema": SCHEMA,
        "orderproof": __version__,
        "target": {"name": None, "base_url": None, **about, "file": file},
        "exit_code": exit_code,
        "summary": summary(found.steps),
        "steps": [masked(step, found.secrets) for step in found.steps],
        "estimates": [{**asdict(one), "seconds": round(one.seconds)} for one in found.estimates],
    }
