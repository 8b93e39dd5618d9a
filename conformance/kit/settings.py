"""The options of a run and the results of preflight that the processes that run checks need."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Self

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.polling import PATIENT_SECONDS

PROFILES: Mapping[str, int] = {"quick": 1, "default": 8, "deep": 200}
"""The number of examples of a property, by profile."""

QUICK = "quick"
"""The profile that tries a sample of the cases, by a part of the checks, and reads once for several checks."""

LAVISH = "deep"
"""The profile that spares no orders."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What preflight found out about the target.

    `price_id` names the state's value that the path of `prices` takes; `accepted` is a GET request that was accepted
    with the target's own token, as URL, `Accept` and operation, or empty; `reads_late` says whether a new order cannot
    be read at first; `internal_problem` says why the internal API cannot be used, or None. `found_by` are the types of
    ids by which an order was found; `shows_items` and `shows_customer` say whether it was shown with the ids that its
    state gives its items and its customer. `asks_in_vain` are operations that asked to wait too often.
    """

    price_id: str = "order_uuid"
    accepted: tuple[str, ...] = ()
    reads_late: bool = False
    internal_problem: str | None = None
    found_by: tuple[str, ...] = ()
    shows_items: bool = False
    shows_customer: bool = False
    asks_in_vain: tuple[str, ...] = ()


def _run_name() -> str:
    return f"orderproof-{datetime.now(UTC):%Y%m%d-%H%M%S}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What to judge and how. Relative paths in the target start from `folder`; `journal` is the file that notes states.

    `patience_seconds` is how long a run polls for an effect. No check begins after `ends_at`, in seconds since the
    epoch. `run` names the run in what it makes on the target. `shared_at` is where this process is
    served what all processes of the run share, None where it is the only one. `read_only`: no request but GET is sent.
    """

    target: Target
    seed: int = 0
    profile: str = "default"
    folder: str = "."
    journal: str | None = None
    patience_seconds: float = PATIENT_SECONDS
    ends_at: float | None = None
    run: str = field(default_factory=_run_name)
    learned: Learned = Learned()
    shared_at: tuple[str, str] | None = None
    read_only: bool = False

    def to_json(self) -> str:
        """Text to hand to a worker process. Holds the secrets."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**data, "target": self.target.to_dict(), "learned": asdict(self.learned)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The settings that `to_json` gave."""
        data = json.loads(text)
        learned = Learned(
            **{
                **data["learned"],
                **{key: tuple(data["learned"][key]) for key in ("accepted", "found_by", "asks_in_vain")},
            }
        )
        shared_at = tuple(data["shared_at"]) if data["shared_at"] else None
        return cls(**{**data, "target": Target.from_dict(data["target"]), "learned": learned, "shared_at": shared_at})
