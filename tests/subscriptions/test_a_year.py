"""A year of daily rounds by two workers that are killed now and then, in small: see `benchmarks/subscription_year.py`."""

from pathlib import Path

import pytest

from benchmarks.subscription_year import year_of
from storage.engine import Database


@pytest.mark.timeout(120)
async def test_everything_planned_for_a_year_happens_once_and_past_figures_stay(
    database: Database, tmp_path: Path
) -> None:
    year = year_of(database, tmp_path, subscriptions=36, seed=3)

    await year.live(365, kill_every=10)

    assert list(year.problems()) == []
    assert year.kills > 0
    assert len({*year.months.values()}) > 6  # the figures that stayed the same were moving
