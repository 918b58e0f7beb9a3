"""What the settings change about who is believed and who may see the schema."""

from pathlib import Path

import httpx
import pytest

from graphql_api.app import chosen_issuer, create_app, utc_now
from graphql_api.issuers import DevelopmentIssuer, OidcIssuer, development_issuer
from graphql_api.settings import Settings
from storage.engine import Database

PROVIDER = {"oidc_issuer": "http://127.0.0.1:1", "oidc_audience": "billing"}


def client(settings: Settings) -> httpx.AsyncClient:
    """A client of a service whose database is never asked."""
    app = create_app(settings, Database(runtime_url="postgresql:///nowhere"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://billing.test")


async def test_without_a_provider_the_development_issuer_is_believed_and_the_schema_is_open(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    now = utc_now()
    token = development_issuer(settings).token(actor="a@example.test", roles=[], authenticated_at=now, now=now)
    async with client(settings) as asking:
        headers = {"authorization": f"Bearer {token}"}
        viewer = await asking.post("/graphql", json={"query": "{ viewer { actor } }"}, headers=headers)
        schema = await asking.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
    assert viewer.json() == {"data": {"viewer": {"actor": "a@example.test"}}}
    assert schema.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_with_a_provider_the_development_issuer_is_off_and_the_schema_is_closed(tmp_path: Path) -> None:
    now = utc_now()
    development = development_issuer(Settings(data_dir=tmp_path))
    token = development.token(actor="a@example.test", roles=[], authenticated_at=now, now=now)
    async with client(Settings(data_dir=tmp_path, **PROVIDER)) as asking:  # type: ignore[arg-type]
        headers = {"authorization": f"Bearer {token}"}
        viewer = await asking.post("/graphql", json={"query": "{ viewer { actor } }"}, headers=headers)
        schema = await asking.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
    assert (viewer.status_code, viewer.json()["errors"][0]["extensions"]["code"]) == (503, "PROVIDER_UNAVAILABLE")
    assert schema.status_code == 401


@pytest.mark.parametrize("at_jwt_only", [False, True])
async def test_the_provider_is_the_one_of_the_settings(tmp_path: Path, at_jwt_only: bool) -> None:
    settings = Settings(data_dir=tmp_path, oidc_at_jwt_only=at_jwt_only, **PROVIDER)  # type: ignore[arg-type]
    async with httpx.AsyncClient() as asking:
        issuer = chosen_issuer(settings, asking)
        assert isinstance(issuer, OidcIssuer)
        assert (issuer.url, issuer.audience, issuer.at_jwt_only) == ("http://127.0.0.1:1", "billing", at_jwt_only)
        assert isinstance(chosen_issuer(Settings(data_dir=tmp_path), asking), DevelopmentIssuer)
