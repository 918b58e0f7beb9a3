"""docs/operations.md names settings, figures and stages that exist."""

import re
from pathlib import Path

from prometheus_client import generate_latest

from billing.dunning import DEFAULT_STAGES
from graphql_api.metrics import WAITING, registry_over
from graphql_api.settings import PREFIX, Settings
from storage.engine import Database

DOC = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_it_names_is_one() -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", DOC))

    assert {name.lower() for name in named} <= Settings.model_fields.keys()
    assert {"DUNNING_STAGES", "DUNNING_TENANT_INVOICES", "BANKGIROT_INBOX", "METRICS_PORT", "METRICS_HOST"} <= named


def test_the_default_stages_it_tells_are_those() -> None:
    told = ", ".join(f"{one.code}:{one.days_after_due}:{one.action.value}" for one in DEFAULT_STAGES)

    assert f"`{told}`" in DOC


def test_every_figure_it_names_is_served(database: Database) -> None:
    served = generate_latest(registry_over(database)).decode()
    named = set(re.findall(r"\b(billing_[a-z_]+)", DOC))

    assert {name for name in named if f"# TYPE {name}" not in served} == set()
    assert set(re.findall(r'what="([a-z_]+)"', served)) == set(
        re.findall(r"^select '([a-z_]+)'", WAITING, re.MULTILINE)
    )
