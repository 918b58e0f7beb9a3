"""Reconciliation: what a provider reports, held against what the ledger holds, line by line.

These are the rules. Of large windows the database judges the same lines by the same rules (`storage/reconciliation.py`), and
a property test holds the two against each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import zip_longest
from typing import Final
from uuid import UUID

from billing.periods import Period

LOOK_AROUND: Final = timedelta(days=31)
"""How far outside the window a line's counterpart is looked for."""

ON_ITS_WAY: Final = timedelta(days=7)
"""How long a payout may take to the bank before it is missed."""


class LineState(Enum):
    """How a line of the provider's and one of the ledger agree."""

    MATCHED = "MATCHED"
    TIMING = "TIMING"
    MISSING_IN_LEDGER = "MISSING_IN_LEDGER"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of either side: `cents` of our balance there, signed from our side, on the day it counts.

    `names` are the references of what moved, the one it is known by best first; a line of the provider's is about what any
    of its names is in the ledger.
    """

    id: UUID
    kind: str
    names: tuple[str, ...]
    currency: str
    cents: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days that are reconciled, seen from the day `today`.

    `known`: the days of which all of the provider's lines are known here (None: no day). Of others it cannot be said that
    something is missing at the provider.
    """

    window: Period
    today: date
    known: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the provider's, one of the ledger, or both; those outside the window are shown, but not counted."""

    state: LineState
    provider: Fact | None
    ledger: Fact | None
    provider_cents: int
    ledger_cents: int

    @property
    def drift_cents(self) -> int:
        return self.provider_cents - self.ledger_cents

    @property
    def unexplained_cents(self) -> int:
        """What is wrong with the line; the rest of its drift is timing."""
        if self.state in {LineState.MATCHED, LineState.TIMING}:
            return 0
        if self.provider is not None and self.ledger is not None:
            return self.provider.cents - self.ledger.cents
        return self.drift_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The counted amounts of lines of one currency and kind; `over_tolerance` is how many lines are too far off."""

    currency: str
    kind: str
    provider_cents: int
    ledger_cents: int
    unexplained_cents: int
    over_tolerance: int

    @property
    def drift_cents(self) -> int:
        return self.provider_cents - self.ledger_cents

    @property
    def timing_cents(self) -> int:
        return self.drift_cents - self.unexplained_cents


def reconcile(provider: Iterable[Fact], ledger: Iterable[Fact], asked: Asked) -> list[Line]:
    """The lines of the window, of all that both sides hold from `LOOK_AROUND` before it until as long after it."""
    booked = list(ledger)
    subjects = _subjects(booked)
    theirs, ours = defaultdict(list), defaultdict(list)
    for fact in provider:
        subject = next(
            (subjects[fact.kind, name] for name in fact.names if (fact.kind, name) in subjects), fact.names[0]
        )
        theirs[_group(fact, subject)].append(fact)
    for fact in booked:
        ours[_group(fact, fact.names[0])].append(fact)
    groups = (_paired(theirs[group], ours[group]) for group in theirs.keys() | ours.keys())
    judged = (_judged(one, other, asked, has_equal=equal) for pairs in groups for one, other, equal in pairs)
    return [line for line in judged if line is not None]


def summed(lines: Iterable[Line], *, tolerance_cents: int) -> list[Sums]:
    """The sums of every currency and kind, in that order. A line is held against the tolerance by itself."""
    of: Mapping[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        fact = line.provider or line.ledger
        assert fact is not None
        of[fact.currency, fact.kind].append(line)
    return [
        Sums(
            currency=currency,
            kind=kind,
            provider_cents=sum(line.provider_cents for line in its),
            ledger_cents=sum(line.ledger_cents for line in its),
            unexplained_cents=sum(line.unexplained_cents for line in its),
            over_tolerance=sum(abs(line.unexplained_cents) > tolerance_cents for line in its),
        )
        for (currency, kind), its in sorted(of.items())
    ]


def _subjects(booked: Iterable[Fact]) -> dict[tuple[str, str], str]:
    """What the ledger calls best whatever bears a name."""
    subjects: dict[tuple[str, str], str] = {}
    for fact in booked:
        for name in fact.names:
            subjects[fact.kind, name] = min(fact.names[0], subjects.get((fact.kind, name), fact.names[0]))
    return subjects


def _group(fact: Fact, subject: str) -> tuple[str, str, str, bool]:
    """Only lines of the same subject, kind, currency and direction can be each other's."""
    return fact.kind, fact.currency, subject, fact.cents < 0


Pair = tuple[Fact | None, Fact | None, bool]


def _paired(theirs: Sequence[Fact], ours: Sequence[Fact]) -> Iterator[Pair]:
    """Lines of equal amounts first, then what is left, oldest first; the flag says that its own side has an equal one."""
    left: list[list[tuple[Fact, bool]]] = [[], []]
    for cents in {fact.cents for fact in (*theirs, *ours)}:
        equal = [sorted((f for f in side if f.cents == cents), key=_age) for side in (theirs, ours)]
        both = min(map(len, equal))
        yield from ((one, other, False) for one, other in zip(*equal, strict=False))
        for side, facts in zip(left, equal, strict=True):
            side.extend((fact, place > 0) for place, fact in enumerate(facts[both:], both))
    in_order = (sorted(side, key=lambda one: _age(one[0])) for side in left)
    for one, other in zip_longest(*in_order, fillvalue=(None, False)):
        yield one[0], other[0], one[1] or other[1]


def _age(fact: Fact) -> tuple[date, UUID]:
    return fact.on, fact.id


def _judged(theirs: Fact | None, ours: Fact | None, asked: Asked, *, has_equal: bool) -> Line | None:
    counted = [fact is not None and fact.on in asked.window for fact in (theirs, ours)]
    if not any(counted):
        return None
    return Line(
        state=_state(theirs, ours, asked, has_equal=has_equal, both_counted=all(counted)),
        provider=theirs,
        ledger=ours,
        provider_cents=theirs.cents if theirs is not None and counted[0] else 0,
        ledger_cents=ours.cents if ours is not None and counted[1] else 0,
    )


def _state(theirs: Fact | None, ours: Fact | None, asked: Asked, *, has_equal: bool, both_counted: bool) -> LineState:
    if theirs is not None and ours is not None:
        if theirs.cents != ours.cents:
            return LineState.AMOUNT_DIFFERS
        return LineState.MATCHED if both_counted else LineState.TIMING
    if has_equal:
        return LineState.DUPLICATE
    if theirs is not None:
        under_way = theirs.kind == "PAYOUT" and theirs.cents < 0 and asked.today - theirs.on <= ON_ITS_WAY
        return LineState.TIMING if under_way else LineState.MISSING_IN_LEDGER
    assert ours is not None
    known = asked.known is not None and ours.on in asked.known
    return LineState.MISSING_AT_PROVIDER if known else LineState.TIMING
