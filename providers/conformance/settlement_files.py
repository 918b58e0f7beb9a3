"""What every provider keeps to that reads a bank's files."""

import io
from collections import Counter
from contextlib import suppress

import pytest

from billing.money import Money
from providers.conformance.trial import Bench, Conformance, behaviour
from providers.settlement_files import BankFileInvalid, Debit, Deposit, FileFormat, Item, SettledPayment

HEAD_BYTES = 4096
FOREIGN = (b"Date;Amount\n2026-01-01;10.00\n", b"%PDF-1.7\n", b"\x00" * HEAD_BYTES, b"x")


class SettlementFileConformance(Conformance):
    @behaviour
    async def test_its_own_file_is_recognised_by_its_first_bytes_and_named(self, bench: Bench) -> None:
        assert _format(bench, _sample(bench)).name.strip()

    @behaviour
    async def test_files_of_others_are_not_taken_for_its_own(self, bench: Bench) -> None:
        for foreign in FOREIGN:
            with suppress(BankFileInvalid):  # it may also say at once why the file must not be read
                assert _reader(bench, foreign) is None

    @behaviour
    async def test_payments_come_before_their_deposit_and_add_up_to_it(self, bench: Bench) -> None:
        items = _items(bench, _sample(bench))
        open_payments: dict[int, list[SettledPayment]] = {}
        deposits = [item for item in items if isinstance(item, Deposit)]
        for item in items:
            if isinstance(item, SettledPayment):
                open_payments.setdefault(item.deposit, []).append(item)
            elif isinstance(item, Deposit):
                payments = open_payments.pop(item.number)
                assert len(payments) == item.payment_count
                assert sum((p.amount for p in payments), Money(0, item.amount.currency)) == item.amount
                assert [payment.ordinal for payment in payments] == list(range(1, len(payments) + 1))
        assert deposits, "The trial's file must hold a deposit."
        assert open_payments == {}

    @behaviour
    async def test_the_same_file_is_read_the_same_each_time(self, bench: Bench) -> None:
        sample = _sample(bench)
        assert _items(bench, sample) == _items(bench, sample)

    @behaviour
    async def test_deposits_can_be_told_from_one_another_in_any_file(self, bench: Bench) -> None:
        items = _items(bench, _sample(bench))
        booked = [item for item in items if isinstance(item, Deposit | Debit)]
        identities = Counter(identity for item in booked for identity in item.identities)
        assert all(item.identities for item in booked)
        assert set(identities.values()) <= {1}

    @behaviour
    async def test_a_file_that_breaks_off_is_refused_with_what_is_wrong(self, bench: Bench) -> None:
        sample = _sample(bench)
        with pytest.raises(BankFileInvalid) as refused:
            _items(bench, sample[: len(sample) // 2])
        assert all(finding.strip() for finding in refused.value.findings)


def _sample(bench: Bench) -> bytes:
    assert bench.settlement_files
    if bench.trial.settlement_file is None:
        pytest.fail("The plugin reads bank files; the trial must give one (settlement_file).")
    return bench.trial.settlement_file


def _reader(bench: Bench, content: bytes) -> FileFormat | None:
    return bench.settlement_files.recognise(content[:HEAD_BYTES])


def _format(bench: Bench, content: bytes) -> FileFormat:
    found = _reader(bench, content)
    assert found is not None, "The file is not recognised."
    return found


def _items(bench: Bench, content: bytes) -> list[Item]:
    return list(_format(bench, content).read(io.BytesIO(content)))
