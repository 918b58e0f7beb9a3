"""A refund stopped at every place under every fault ends well: sent once, booked once, told once."""

import pytest

from tests.refunds.desk import Desk
from tests.refunds.sweep import combinations, tried

COMBINATIONS_MIN = 150


@pytest.mark.timeout(300)  # 15 seconds of one core that is free
async def test_wherever_it_is_stopped_a_refund_is_sent_and_booked_exactly_once(desk: Desk) -> None:
    every = await combinations(desk)

    wrong = [one for combination in every for one in await tried(desk, combination)]

    assert wrong == []
    assert len(every) >= COMBINATIONS_MIN
    assert desk.broken() == []
