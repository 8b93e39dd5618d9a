"""What stands in the way of a run: what is wrong, where to change it, and how."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what` is wrong, in a sentence; `remedy` says how to change `key`: one of the target file, or a variable."""

    key: str
    what: str
    remedy: str

    @property
    def advice(self) -> str:
        """The remedy, with the key that it is about."""
        return f"{self.key}: {self.remedy}"

    def __str__(self) -> str:
        return f"{self.key}: {self.what}; {self.remedy}"
