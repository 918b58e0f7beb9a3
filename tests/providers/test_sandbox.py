"""The sandbox's own gateway: one file, several processes, failures on demand."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sandbox_provider.gateway import FAILURES, Busy, Declined, Down, Gateway

YEAR = timedelta(days=365)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.jsonl"


def gateway_in(file: Path, *, settles_after_seconds: int = 0, fails: str = "") -> Gateway:
    gateway = Gateway()
    gateway.configure(file=str(file), settles_after_seconds=settles_after_seconds, fails=fails)
    return gateway


def test_what_one_process_writes_another_knows(file: Path) -> None:
    ours, theirs = gateway_in(file), gateway_in(file)
    payment = ours.charge(10_000, "SEK")
    refund = theirs.refund(key="k", payment=payment, cents=1_000, currency="SEK")
    assert ours.refund(key="k", payment=payment, cents=1_000, currency="SEK") == refund
    with pytest.raises(Declined, match="Only 9000 of 10000"):
        ours.refund(key="l", payment=payment, cents=9_001, currency="SEK")


def test_many_processes_with_one_key_make_one_refund(file: Path) -> None:
    work = (
        "import sys; from sandbox_provider.gateway import Gateway\n"
        "g = Gateway(); g.configure(file=sys.argv[1])\n"
        "for n in range(20): print(g.refund(key=f'k{n}', payment='p', cents=100, currency='SEK').id)\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", work, file], stdout=subprocess.PIPE) for _ in range(3)]
    said = [worker.communicate(timeout=30)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert said[0] == said[1] == said[2]
    assert len(file.read_bytes().splitlines()) == 20


def test_half_a_line_that_a_crash_has_left_is_cut_off(file: Path) -> None:
    payment = gateway_in(file).charge(10_000, "SEK")
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"record": "refund", "key": "k", "pay')
    reopened = gateway_in(file)
    assert reopened.find(key="k") is None
    refund = reopened.refund(key="k", payment=payment, cents=100, currency="SEK")
    assert gateway_in(file).find(key="k") == refund
    assert file.read_bytes().startswith(whole)


def test_a_payment_that_it_has_never_seen_is_refunded_as_it_is_told(file: Path) -> None:
    refund = gateway_in(file).refund(key="k", payment="sb_pay_0000002a", cents=12_345, currency="SEK")
    assert (refund.payment, refund.cents, refund.is_settled) == ("sb_pay_0000002a", 12_345, True)


@pytest.mark.parametrize(("cents", "failure"), FAILURES.items())
@pytest.mark.parametrize("by_setting", [False, True])
def test_it_fails_on_demand_and_only_a_lost_answer_leaves_a_refund(
    file: Path, cents: int, failure: str, *, by_setting: bool
) -> None:
    gateway = gateway_in(file, fails=failure if by_setting else "")
    raised = {"declined": Declined, "busy": Busy, "down": Down, "lost": Down}[failure]
    with pytest.raises(raised):
        gateway.refund(key="k", payment="p", cents=777 if by_setting else cents, currency="SEK")
    assert (gateway.find(key="k") is not None) == (failure == "lost")


def test_a_refund_is_pending_until_it_settles(file: Path) -> None:
    refund = gateway_in(file, settles_after_seconds=60).refund(key="k", payment="p", cents=100, currency="SEK")
    assert not refund.is_settled
    settled = gateway_in(file).find(id=refund.id)
    assert settled is not None
    assert settled.is_settled


def test_a_setting_that_is_no_failure_is_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="fails is one of declined, busy, down, lost, not often"):
        gateway_in(file, fails="often")


def test_what_is_due_of_a_day_is_paid_out_at_midnight_and_a_debt_waits(file: Path) -> None:
    gateway = gateway_in(file)
    first = datetime(2025, 3, 1, 12, tzinfo=UTC)
    gateway.charge(10_000, "SEK", fee_cents=200, id="a", at=first)
    gateway.charge(500, "EUR", id="b", at=first)
    gateway.charge(3_000, "SEK", id="c", at=first + timedelta(days=2))
    moved = [(m.kind, m.subject, m.cents, m.at.day) for m in gateway.movements(first - YEAR, first + YEAR)]
    assert moved == [
        ("charge", "a", 10_000, 1),
        ("fee", "a", -200, 1),
        ("charge", "b", 500, 1),
        ("payout", "sb_po_20250302_EUR", -500, 2),
        ("payout", "sb_po_20250302_SEK", -9_800, 2),
        ("charge", "c", 3_000, 3),
        ("payout", "sb_po_20250304_SEK", -3_000, 4),
    ]


def test_without_a_file_it_forgets_when_it_is_made_anew() -> None:
    gateway = Gateway()
    gateway.refund(key="k", payment="p", cents=100, currency="SEK")
    assert gateway.find(key="k") is not None
    assert Gateway().find(key="k") is None
