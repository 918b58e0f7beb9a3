"""What is served of the finance console, with its build and without."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.console import CONTENT_SECURITY_POLICY, console, page


@pytest.fixture
def asking(tmp_path: Path) -> httpx.AsyncClient:
    """A client of the console alone, built as a page that says its name."""
    (tmp_path / "finance").mkdir()
    (tmp_path / "finance" / "index.html").write_text("<title>Console</title>")

    async def shown(request: Request) -> Response:
        answered = await console(request)
        return page(tmp_path) if answered.status_code == 200 else answered

    app = Starlette(routes=[Route("/{page:path}", shown)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing.test")


async def test_the_page_loads_nothing_but_our_files_and_has_no_inline_script_or_style(
    asking: httpx.AsyncClient,
) -> None:
    response = await asking.get("/invoices/one", headers={"accept": "text/html"})

    assert (response.status_code, response.text) == (200, "<title>Console</title>")
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("path", "accept"), [("/no/such/thing", "application/json"), ("/no/such/thing", "*/*"), ("/", "application/json")]
)
async def test_a_program_is_told_that_there_is_nothing_here(asking: httpx.AsyncClient, path: str, accept: str) -> None:
    response = await asking.get(path, headers={"accept": accept})

    assert (response.status_code, response.text) == (404, "Not Found")


async def test_whoever_takes_anything_gets_the_page_at_the_root(asking: httpx.AsyncClient) -> None:
    response = await asking.get("/", headers={"accept": "*/*"})

    assert (response.status_code, response.text) == (200, "<title>Console</title>")


def test_without_its_build_the_page_says_how_to_build_it(tmp_path: Path) -> None:
    response = page(tmp_path)

    assert response.status_code == 200
    assert b"make -B setup" in response.body
