from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graphql_api.settings import Settings
from storage.engine import Database
from tests.service.identity_provider import IdentityProvider
from tests.service.people import Browser, Clock, Service, production, running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> IdentityProvider:
    return IdentityProvider(now=clock)


@pytest.fixture
async def service(
    database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> AsyncIterator[Service]:
    """The service in production settings."""
    async with running(production(tmp_path, provider), database, clock, provider) as made:
        yield made


@pytest.fixture
def browser(service: Service) -> Browser:
    return service.browser()


@pytest.fixture
async def local_service(
    database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> AsyncIterator[Service]:
    """The service without any setting."""
    async with running(Settings(data_dir=tmp_path), database, clock, provider) as made:
        yield made


@pytest.fixture
def local_browser(local_service: Service) -> Browser:
    return local_service.browser()
