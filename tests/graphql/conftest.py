from collections.abc import AsyncIterator

import pytest

from tests.graphql.little_service import LittleService, little_service


@pytest.fixture
async def service() -> AsyncIterator[LittleService]:
    made = little_service()
    async with made.client:
        yield made


@pytest.fixture
async def production() -> AsyncIterator[LittleService]:
    """The same with its schema closed to strangers."""
    made = little_service(open_schema=False)
    async with made.client:
        yield made
