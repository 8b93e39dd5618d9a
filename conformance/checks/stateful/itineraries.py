"""The three walks: which steps each may take, and the route that is always taken."""

from collections.abc import Iterator, Sequence
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import rule

from orderproof.conformance.checks.stateful.observed_order import INVALID, ORDINARY, PREORDERED, ObservedOrder
from orderproof.conformance.checks.stateful.walks import Stride, Walk
from orderproof.conformance.kit import Cancel, CancelLine, Extend, Invalid, Number, ReadOrder, ReadStatus, Request

_BY = st.sampled_from(["internal", "external"])
_ANY_API = st.sampled_from(["internal", "external", "line"])
# Most steps on one order: what goes wrong takes several on the same one.
_ORDER = st.sampled_from([0, 0, 0, 1])
_LINE = st.sampled_from([0, 1])
# Easily told apart, and a serial number of each length that shows whether one was cut.
_TEXTS = st.sampled_from(["SN-1", "SN-22", "SN-333", "SN-4444"])


class TimerWalk(Walk):
    """Extensions and cancellations of two orders."""

    def route(self) -> Iterator[Stride]:
        """Every pair of what leaves the order open; then it is canceled, and everything is tried again."""
        yield from _every_pair(
            Stride(0, Extend(), "internal"),
            Stride(0, Extend(), "external"),
            Stride(0, ReadStatus(), "internal"),
            Stride(0, Invalid("cancel-without-reason"), "internal"),
            Stride(0, Invalid("extend-by-crossed-id"), "external"),
        )
        yield Stride(0, Cancel(), "external")
        yield Stride(0, ReadStatus(settled=True), "external")
        yield Stride(0, Extend(), "internal")
        yield Stride(0, Cancel(), "internal")
        yield Stride(1, Extend(), "external")

    def ending(self, life: ObservedOrder) -> Sequence[Request]:
        """Whether it is canceled, and by an extension where its timer stands."""
        return ReadStatus(settled=True), Extend()

    @rule(order=_ORDER, by=_BY)
    def extend(self, order: int, by: str) -> None:
        """Extend the grace period, which shows where its timer stands."""
        self.step(order, Extend(), by)

    @rule(order=_ORDER, by=_BY, settles=st.booleans())
    def cancel(self, order: int, by: str, settles: bool) -> None:
        """Cancel an order, and see it canceled or not."""
        self.step(order, Cancel(), by)
        if settles:
            self.step(order, ReadStatus(settled=True), by)

    @rule(order=_ORDER, by=_BY)
    def read_status(self, order: int, by: str) -> None:
        """Read whether it is canceled."""
        self.step(order, ReadStatus(), by)

    @rule(order=_ORDER, by=_BY, what=st.sampled_from([one for one in INVALID if one.startswith(("extend", "cancel-"))]))
    def send_invalid(self, order: int, by: str, what: str) -> None:
        """Send what must be refused and change nothing."""
        self.step(order, Invalid(what), by)


class NumbersWalk(Walk):
    """Serial numbers, between extensions and a cancellation."""

    def route(self) -> Iterator[Stride]:
        """Every pair of what changes serial numbers and what must not; each writing has a number of its own."""
        texts = (f"SN-{number}" for number in count(1))
        for stride in _every_pair(
            Stride(0, Number(((0, ""),)), "internal"),
            Stride(0, Number(((1, ""), (0, ""))), "internal"),
            Stride(0, Extend(), "external"),
            Stride(0, Invalid("number-an-unknown-item"), "internal"),
            Stride(0, ReadOrder(), "external"),
        ):
            if isinstance(stride.request, Number):
                numbers = tuple((line, next(texts)) for line, _ in stride.request.numbers)
                yield stride._replace(request=Number(numbers))
            else:
                yield stride

    def ending(self, life: ObservedOrder) -> Sequence[Request]:
        """Which serial numbers it has."""
        return (ReadOrder(settled=True),)

    @rule(order=_ORDER, line=_LINE, text=_TEXTS)
    def number_one(self, order: int, line: int, text: str) -> None:
        """Give one item a serial number."""
        self.step(order, Number(((line, text),)), "internal")

    @rule(order=_ORDER, first=_TEXTS, second=_TEXTS)
    def number_both(self, order: int, first: str, second: str) -> None:
        """Give both items serial numbers, the second item first."""
        self.step(order, Number(((1, second), (0, first))), "internal")

    @rule(order=_ORDER, by=_BY)
    def read_order(self, order: int, by: str) -> None:
        """Read the serial numbers."""
        self.step(order, ReadOrder(), by)

    @rule(order=_ORDER, by=_BY, request=st.sampled_from([Extend(), Extend(), Cancel()]))
    def change(self, order: int, by: str, request: Request) -> None:
        """Do something that has no business with serial numbers."""
        self.step(order, request, by)

    @rule(order=_ORDER, by=_BY, what=st.sampled_from([one for one in INVALID if one.startswith("number")]))
    def send_invalid(self, order: int, by: str, what: str) -> None:
        """Send what must be refused and change nothing."""
        self.step(order, Invalid(what), by)


class LinesWalk(Walk):
    """Cancellations of items, by either API, and of their order."""

    def route(self) -> Iterator[Stride]:
        """Everything that must not cancel the item, its cancellation, and everything that must not undo it."""
        refused = Stride(0, CancelLine(ORDINARY), "external")
        has_internal_api = self.orders.has_internal_api
        # The extension comes first: it shows that the timer runs, before anything could have ended it.
        harmless = (
            Stride(0, Extend(), "internal"),
            *((refused, refused._replace(by="line")) if has_internal_api else (refused,)),
            Stride(0, Number(((PREORDERED, "SN-1"),)), "internal"),
            Stride(0, Invalid("cancel-an-unknown-item"), "internal"),
            Stride(0, ReadStatus(), "external"),
        )
        again = Stride(0, CancelLine(PREORDERED), "line" if has_internal_api else "external")
        reading = Stride(0, ReadOrder(settled=True), "internal")
        yield from harmless
        yield from (reading, Stride(0, CancelLine(PREORDERED), "internal"), reading, again)
        for stride in harmless:
            yield from (stride, reading)
        yield again

    def ending(self, life: ObservedOrder) -> Sequence[Request]:
        """What is canceled, and whether that item is canceled again."""
        return ReadOrder(settled=True), ReadStatus(settled=True), CancelLine(PREORDERED)

    @rule(line=st.sampled_from([PREORDERED, ORDINARY]), by=_ANY_API, settles=st.booleans())
    def cancel_line(self, line: int, by: str, settles: bool) -> None:
        """Cancel the pre-ordered item or the other one, by the public API or by the internal one."""
        if by == "line" and not self.orders.has_internal_api:
            by = "internal"
        self.step(0, CancelLine(line), by)
        if settles:
            self.step(0, ReadOrder(settled=True), "internal")

    @rule(by=_BY, request=st.sampled_from([ReadOrder(), ReadStatus(), Extend(), Number(((0, "SN-1"),)), Cancel()]))
    def do_otherwise(self, by: str, request: Request) -> None:
        """Read, or do something else."""
        self.step(0, request, by)

    @rule(by=_BY)
    def send_invalid(self, by: str) -> None:
        """Send what must be refused and change nothing."""
        self.step(0, Invalid("cancel-an-unknown-item"), by)


def _every_pair(*strides: Stride) -> Iterator[Stride]:
    """Each of some steps after each, itself included, in the fewest steps (de Bruijn's sequence)."""
    for first, stride in enumerate(strides):
        yield stride
        for other in strides[first + 1 :]:
            yield from (stride, other)
    yield strides[0]
