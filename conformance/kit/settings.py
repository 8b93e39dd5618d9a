"""What a run was asked for and what preflight found out, as far as the processes that run checks need it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.polling import PATIENT_SECONDS

PROFILES: Mapping[str, int] = {"quick": 5, "default": 8, "deep": 200}
"""Examples that a property is tried with, by profile."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What preflight found out about the target.

    `price_id` is the value of a state that `prices` takes in its path; `accepted` a GET request that the target's own
    token was good for: its URL and its `Accept`, empty where there is none; `reads_late` whether a new order is unknown
    at first; `internal_problem` why the internal API cannot be used, None where it can.
    """

    price_id: str = "order_uuid"
    accepted: tuple[str, ...] = ()
    reads_late: bool = False
    internal_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What to judge and how. `folder` is what relative paths of the target start from, `journal` that of its states.

    `patience_seconds` is how long what must become true is waited for.
    """

    target: Target
    seed: int = 0
    profile: str = "default"
    folder: str = "."
    journal: str | None = None
    patience_seconds: float = PATIENT_SECONDS
    learned: Learned = Learned()

    def to_json(self) -> str:
        """Text to hand to a worker process. Holds the secrets."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**data, "target": self.target.to_dict(), "learned": asdict(self.learned)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The settings that `to_json` gave."""
        data = json.loads(text)
        learned = Learned(**{**data["learned"], "accepted": tuple(data["learned"]["accepted"])})
        return cls(**{**data, "target": Target.from_dict(data["target"]), "learned": learned})
