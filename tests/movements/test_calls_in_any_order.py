"""Calls come in any order and more than once: whatever happened at the provider, the books end in one state."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.books import NOW
from tests.movements.calls import THE_STATE, tried
from tests.movements.counter import Counter

ORDERS = tuple(permutations(range(5)))[::10]  # all of them: python -m benchmarks.calls


async def test_orders_of_five_calls_each_made_three_times_end_in_one_state(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox_provider.gateway._now", lambda: NOW - timedelta(days=1))

    assert await tried(counter, ORDERS) == {THE_STATE}

    assert len(counter.journals("FEE")) == len(ORDERS)  # the disputes'; those of the charges come with the next sync
    assert counter.one("select count(*) from provider_event where processed_at is null or problem is not null") == (0,)
    assert counter.desk.broken() == []
