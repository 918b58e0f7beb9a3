from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser

from graphql_api.graphiql import STATIC
from tests.books import LittleBooks
from tests.browser.back_office import BackOffice
from tests.browser.desk import Desk
from tests.browser.running import Service, serving
from tests.browser.visiting import CHROMIUM, Visit, chromium
from tests.database import Clones

NewVisit = Callable[..., Visit]


@pytest.fixture(scope="session")
def service(database_clones: Clones) -> Iterator[Service]:
    """The service over little books: an invoice of 1 250 kronor, and a transfer that may pay it."""
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as connection:
            books = LittleBooks(connection)
            books.invoice(books.tenant("Björkens Boule"), 125_000, number="F-77")
            books.transfer(125_000, counterparty_name="Björkens Boule", message="faktura F-77")
        with serving(database) as made:
            yield made


@pytest.fixture(scope="session")
def demo(database_clones: Clones) -> Iterator[Service]:
    """The service over the small demo, for the modules that take it as theirs."""
    with database_clones.clone() as database, serving(database, "--demo", "small") as made:
        yield made


@pytest.fixture
def books(service: Service) -> Iterator[psycopg.Connection[Any]]:
    """Into the books of the service, each statement a transaction of its own."""
    with service.database.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of a module, not of the run: while it is open, no other event loop can run in the process."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium here: tests/browser/chromium.sh installs it where it may.")
    if not (STATIC / "graphiql").exists():
        pytest.skip("The pages were not built: `make setup` builds it.")
    with chromium() as made:
        yield made


@pytest.fixture
def new_visit(service: Service, browser: Browser) -> Iterator[NewVisit]:
    """Makes visits. Any request off the host, failed request, error or warning on a page fails the test."""
    with ExitStack() as closing:
        made: list[Visit] = []

        def visit(
            headers: dict[str, str] | None = None,
            *,
            color_scheme: str = "light",
            locale: str = "en-GB",
            width: int = 1440,
            time_zone: str | None = None,
        ) -> Visit:
            context = browser.new_context(
                base_url=service.url,
                color_scheme=color_scheme,  # type: ignore[arg-type]
                extra_http_headers=headers,
                locale=locale,
                timezone_id=time_zone,
                viewport={"width": width, "height": 900},
            )
            closing.callback(context.close)
            made.append(Visit(url=service.url, context=context))
            return made[-1]

        yield visit
        assert [problem for visit in made for problem in visit.problems] == []


@pytest.fixture
def visit(new_visit: NewVisit, service: Service) -> Visit:
    """A visit of somebody with the role, freshly signed in."""
    return new_visit(service.finance())


@pytest.fixture
def desk(visit: Visit) -> Desk:
    """GraphiQL, opened by somebody with the role."""
    return Desk(visit.page).open()


@pytest.fixture
def office(visit: Visit) -> BackOffice:
    """The console, for somebody with the role to open."""
    return BackOffice(visit.page)
