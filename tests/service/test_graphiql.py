"""What is served of GraphiQL, with its build and without."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.edge import Edge
from graphql_api.graphiql import CONTENT_SECURITY_POLICY, asset_routes, page


def client(static: Path) -> httpx.AsyncClient:
    async def shown(_request: Request) -> Response:
        return page(static)

    app = Starlette(routes=[Route("/graphql", shown), *asset_routes(static)], middleware=[Middleware(Edge)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing.test")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "graphiql").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "graphiql" / "index.html").write_text("<title>GraphiQL</title>")
    (tmp_path / "assets" / "main-abc.js").write_text("1")
    (tmp_path / ".stamp").write_text("secret")
    return tmp_path


async def test_the_page_is_not_kept_and_runs_no_script_but_our_files(built: Path) -> None:
    response = await client(built).get("/graphql")

    assert (response.status_code, response.text) == (200, "<title>GraphiQL</title>")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert "eval" not in CONTENT_SECURITY_POLICY


async def test_files_with_a_hash_in_their_names_are_kept_for_good(built: Path) -> None:
    asking = client(built)
    first = await asking.get("/ui/assets/main-abc.js")
    again = await asking.get("/ui/assets/main-abc.js", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, first.text) == (200, "1")
    assert again.status_code == 304
    for response in (first, again):
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["missing.js", "", "../.stamp", "%2e%2e/.stamp", "../graphiql/index.html"])
async def test_nothing_else_is_served(built: Path, path: str) -> None:
    response = await client(built).get(f"/ui/assets/{path}")

    assert response.status_code in {404, 405}
    assert "secret" not in response.text


async def test_where_the_build_is_missing_a_plain_page_says_how_to_make_it(tmp_path: Path) -> None:
    asking = client(tmp_path)
    response = await asking.get("/graphql")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<code>make -B setup</code>\nbuilds them" in response.text
    assert not any(word in response.text for word in ("src=", "href=", "http:", "https:", "<script", "<style", "url("))
    assert (await asking.get("/ui/assets/main.js")).status_code == 404
