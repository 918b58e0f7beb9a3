"""A small form of the frozen set and the payments of a real file, under the thresholds that the whole is held to."""

import os
from pathlib import Path

import pytest

from benchmarks.match_quality import AMONG_FIVE_MIN, FIRST_MIN, WRONG_HIGH_MAX, machine_matches, quality
from benchmarks.matchers import ExactOcrOnly, OurMatcher
from benchmarks.noisy_transfers import digest, noisy_transfers
from benchmarks.open_invoices import world
from benchmarks.sample_payments import sample_payments

SEED = 7


def test_three_hundred_noisy_transfers_find_their_invoices() -> None:
    open_invoices = world(SEED, invoices=2_000)
    transfers = noisy_transfers(open_invoices, SEED, count=300)
    matcher = OurMatcher(open_invoices.invoices)

    counted = quality(matcher, transfers)
    matched, wrongly = machine_matches(matcher, transfers)

    assert digest(transfers) == "86179cc3ddc2dcaf", "the frozen set has changed"
    assert (counted.transfers, counted.answerable) == (300, 272)
    assert counted.first_share >= FIRST_MIN
    assert counted.among_five_share >= AMONG_FIVE_MIN
    assert counted.wrong_high_share <= WRONG_HIGH_MAX
    assert counted.unanswerable_high == 0
    assert matched > 30
    assert wrongly == 0


def test_the_measure_tells_a_simpler_matcher_from_ours() -> None:
    open_invoices = world(SEED, invoices=2_000)
    transfers = noisy_transfers(open_invoices, SEED, count=300)

    assert quality(ExactOcrOnly(open_invoices.invoices), transfers).first_share < 0.5


def test_every_payment_of_a_real_file_finds_its_invoice_first() -> None:
    folder = os.environ.get("BANK_SAMPLES")
    if not folder:
        pytest.skip("set BANK_SAMPLES to the folder of public bank files with their EXPECTED.json")
    open_invoices, payments = sample_payments(Path(folder))
    counted = quality(OurMatcher(open_invoices.invoices), payments)

    assert (counted.answerable, counted.first, counted.among_five, counted.wrong_high) == (22, 22, 22, 0)
