"""The steps below HTTP: the name, the connection, TLS; of the target, and of where its states are set up."""

from collections.abc import Iterator

from orderproof.conformance.runner.doctor.step import DATA, NETWORK, OK, UNUSABLE, WARNING, Step, failed
from orderproof.conformance.runner.reach import LAYERS, Place, layer

STEPS = tuple((NETWORK, name) for name in LAYERS)


def network_steps(place: Place) -> Iterator[Step]:
    """A step a layer; the last one that is yielded has failed where others cannot be tried."""
    for name in LAYERS:
        found = layer(name, place)
        if found.trouble:
            yield failed(NETWORK, name, found.trouble)
            return
        yield Step(NETWORK, name, WARNING if found.warning else OK, found.well, found.warning or None)


def source_step(source: str, place: Place) -> Step:
    """Whether the place where states are set up can be reached at all."""
    for name in LAYERS:
        trouble = layer(name, place).trouble
        if trouble:
            return Step(DATA, f"states.{source}", UNUSABLE, trouble.what, trouble.advice)
    return Step(DATA, f"states.{source}", OK, f"{place.address} can be reached")
