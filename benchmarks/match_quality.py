"""How often matching is right, on the frozen set and on the payments of a real file, beside two simpler ways.

Run `python -m benchmarks.match_quality`. Denominators: "first" and "among five" count the transfers that pay an invoice
of ours and can be told; for one that pays several, first is any of them and among five is all of them (five of them,
where it pays more). "Wrong above 0.9" counts the transfers, of all, with any wrong suggestion above 0.9; "unanswerable
above 0.9" those of them that pay no invoice of ours, or that nobody could tell.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from benchmarks.matchers import FIVE, ExactOcrOnly, Matcher, NamesByWRatio, OurMatcher
from benchmarks.noisy_payments import NoisyTransfer
from benchmarks.noisy_transfers import digest, noisy_transfers
from benchmarks.open_invoices import world
from benchmarks.sample_payments import sample_payments

SEED = 2026
HIGH = 0.9
FIRST_MIN, AMONG_FIVE_MIN, WRONG_HIGH_MAX = 0.97, 0.995, 0.005
SLOW_MATCHER_STEP = 5


@dataclass(slots=True, kw_only=True)
class Quality:
    """Counts over one set of transfers."""

    transfers: int = 0
    answerable: int = 0
    first: int = 0
    among_five: int = 0
    wrong_high: int = 0
    unanswerable_high: int = 0
    seconds: float = 0.0
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def first_share(self) -> float:
        return self.first / self.answerable

    @property
    def among_five_share(self) -> float:
        return self.among_five / self.answerable

    @property
    def wrong_high_share(self) -> float:
        return self.wrong_high / self.transfers

    def judge(self, transfer: NoisyTransfer, ranked: Sequence[tuple[int, float]]) -> None:
        truth, suggested = set(transfer.truth), [invoice for invoice, _ in ranked]
        is_wrong_high = any(score > HIGH and invoice not in truth for invoice, score in ranked)
        self.transfers += 1
        self.wrong_high += is_wrong_high
        if not truth:
            self.unanswerable_high += is_wrong_high
            return
        self.answerable += 1
        self.first += bool(suggested) and suggested[0] in truth
        self.among_five += len(truth & set(suggested)) == min(len(truth), FIVE)
        self.missed[transfer.kind] += not suggested or suggested[0] not in truth


def quality(matcher: Matcher, transfers: Sequence[NoisyTransfer]) -> Quality:
    """What `matcher` makes of `transfers`."""
    counted = Quality()
    for transfer in transfers:
        started = perf_counter()
        ranked = matcher(transfer)
        counted.seconds += perf_counter() - started
        counted.judge(transfer, ranked)
    return counted


def machine_matches(matcher: OurMatcher, transfers: Sequence[NoisyTransfer]) -> tuple[int, int]:
    """How many transfers the machine's own rule matches, and how many of them wrongly."""
    matches = [(matcher.machine_match(transfer), transfer.truth) for transfer in transfers]
    return sum(match is not None for match, _ in matches), sum(
        match is not None and (match,) != truth for match, truth in matches
    )


def main() -> None:
    open_invoices = world(SEED)
    transfers = noisy_transfers(open_invoices, SEED)
    ours = OurMatcher(open_invoices.invoices)
    counted = quality(ours, transfers)
    print(
        f"Frozen set {digest(transfers)}: {len(transfers):,} transfers against {len(open_invoices.invoices):,} open invoices;"
    )
    print(f"{counted.answerable:,} pay an invoice of ours and can be told.\n")
    every_fifth = transfers[::SLOW_MATCHER_STEP]
    columns = {
        "billing.matching": counted,
        "WRatio on names (every fifth)": quality(NamesByWRatio(open_invoices.invoices), every_fifth),
        "exact OCR only": quality(ExactOcrOnly(open_invoices.invoices), transfers),
    }
    print_table(columns)
    made, wrong = machine_matches(ours, transfers)
    print(f"\nmatched by machine {made:,}, wrongly {wrong}")
    print(
        "not first, by kind:", ", ".join(f"{kind} {count}" for kind, count in counted.missed.items() if count) or "none"
    )
    if folder := os.environ.get("BANK_SAMPLES"):
        print_sample(Path(folder))


ROWS: tuple[tuple[str, Callable[[Quality], str]], ...] = (
    ("right invoice first (>= 97 %)", lambda q: f"{q.first_share:.2%}"),
    ("right ones among five (>= 99.5 %)", lambda q: f"{q.among_five_share:.2%}"),
    ("wrong above 0.9 (<= 0.5 %)", lambda q: f"{q.wrong_high_share:.2%}"),
    ("unanswerable above 0.9 (0)", lambda q: str(q.unanswerable_high)),
    ("ms a transfer, lookup included", lambda q: f"{1000 * q.seconds / q.transfers:.2f}"),
)


def print_table(columns: dict[str, Quality]) -> None:
    print(" " * 36 + "".join(f"{title:>32}" for title in columns))
    for title, figure in ROWS:
        print(f"{title:36}" + "".join(f"{figure(counted):>32}" for counted in columns.values()))


def print_sample(folder: Path) -> None:
    open_invoices, payments = sample_payments(folder)
    counted = quality(OurMatcher(open_invoices.invoices), payments)
    among = f"among {len(open_invoices.invoices):,} open invoices"
    print(f"\nbgmax_free_text_2016: {counted.first} of {counted.answerable} right invoices first {among},")
    print(f"{counted.among_five} among five, {counted.wrong_high} with a wrong suggestion above 0.9")


if __name__ == "__main__":
    main()
