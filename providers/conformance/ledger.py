"""What every provider keeps to that lists its own ledger."""

from datetime import UTC, datetime, timedelta

from providers.conformance.trial import Bench, Conformance, behaviour
from providers.ledger_lines import LedgerLine, MovementKind

SOON = timedelta(seconds=5)
SECOND = timedelta(seconds=1)


class LedgerConformance(Conformance):
    @behaviour
    async def test_a_payment_and_its_refund_are_each_listed_once_and_signed_from_our_side(self, bench: Bench) -> None:
        ledger, start = bench.ledger, _before()
        order = await bench.paid_order(bench.part(of=2))
        outcome = await bench.refunds.refund(order)
        lines = await _listed(bench, start, datetime.now(UTC) + SOON)
        charges = [line for line in lines if line.kind is MovementKind.CHARGE and _is_of(line, order.payment_reference)]
        refunds = [
            line for line in lines if line.kind is MovementKind.REFUND and _is_of(line, outcome.provider_reference)
        ]
        assert ledger is bench.ledger
        assert [line.presented or line.amount for line in charges] == [bench.trial.amount]
        assert [line.presented or line.amount for line in refunds] == [-order.amount]

    @behaviour
    async def test_a_refund_says_by_its_order_that_it_is_ours_and_which_payment_it_gives_back(
        self, bench: Bench
    ) -> None:
        start = _before()
        order = await bench.paid_order(bench.part(of=2))
        outcome = await bench.refunds.refund(order)
        lines = await _listed(bench, start, datetime.now(UTC) + SOON)
        [line] = [
            line for line in lines if line.kind is MovementKind.REFUND and _is_of(line, outcome.provider_reference)
        ]
        assert order.key in line.subject_aliases
        assert order.payment_reference in line.payment_references

    @behaviour
    async def test_a_line_is_told_from_every_other_by_its_reference_and_kind(self, bench: Bench) -> None:
        start = _before()
        await _pay(bench, times=2)
        lines = await _listed(bench, start, datetime.now(UTC) + SOON)
        assert len({(line.reference, line.kind) for line in lines}) == len(lines) > 0

    @behaviour
    async def test_all_pages_are_listed(self, bench: Bench) -> None:
        start, times = _before(), bench.trial.page_lines + 1
        payments = await _pay(bench, times=times)
        lines = await _listed(bench, start, datetime.now(UTC) + SOON)
        charges = [line for line in lines if line.kind is MovementKind.CHARGE]
        assert [sum(_is_of(line, payment) for line in charges) for payment in payments] == [1] * times

    @behaviour
    async def test_windows_that_follow_one_another_share_no_line_and_lose_none(self, bench: Bench) -> None:
        start = _before()
        await _pay(bench, times=2)
        end = datetime.now(UTC) + SOON
        whole = await _listed(bench, start, end)
        middle = whole[0].occurred_at
        halves = await _listed(bench, start, middle), await _listed(bench, middle, end)
        assert sorted(map(_identity, whole)) == sorted(map(_identity, [*halves[0], *halves[1]]))
        assert _identity(whole[0]) in map(_identity, halves[1])

    @behaviour
    async def test_lines_lie_in_their_window(self, bench: Bench) -> None:
        start = _before()
        await _pay(bench, times=1)
        end = datetime.now(UTC) + SOON
        assert all(start <= line.occurred_at < end for line in await _listed(bench, start, end))
        assert await _listed(bench, start - timedelta(days=3650), start - timedelta(days=3649)) == []

    @behaviour
    async def test_instants_say_their_offset(self, bench: Bench) -> None:
        start = _before()
        await _pay(bench, times=1)
        assert all(line.occurred_at.tzinfo is not None for line in await _listed(bench, start, start + SOON))

    @behaviour
    async def test_a_fee_is_taken_off_a_movement_of_the_same_reference_or_stands_alone(self, bench: Bench) -> None:
        start = _before()
        await _pay(bench, times=1)
        lines = await _listed(bench, start, datetime.now(UTC) + SOON)
        grosses = {line.reference: line for line in lines if line.kind is not MovementKind.FEE}
        for fee in (line for line in lines if line.kind is MovementKind.FEE and line.reference in grosses):
            assert fee.amount.currency == grosses[fee.reference].amount.currency
            assert fee.amount


async def _pay(bench: Bench, *, times: int) -> list[str]:
    assert bench.ledger
    return [await bench.payment() for _ in range(times)]


async def _listed(bench: Bench, start: datetime, end: datetime) -> list[LedgerLine]:
    return [line async for line in bench.ledger.lines(start, end)]


def _before() -> datetime:
    """An instant before anything that is yet to come, also for providers that count whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) - SECOND


def _is_of(line: LedgerLine, reference: str | None) -> bool:
    return reference in (line.subject_reference, *line.subject_aliases)


def _identity(line: LedgerLine) -> tuple[str, str]:
    return line.reference, line.kind.value
