"""Every field that is served says something somewhere in the demo: none is there for show."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from graphql_api.demo.loading import load_demo
from graphql_api.demo.scale import SCALES
from graphql_api.execution import core_schema
from graphql_api.progress import Counter
from graphql_api.roots import build_schema
from providers.registry import Registry
from storage.engine import Database
from tests.graphql.api import served

SCHEMA = core_schema(build_schema())
LISTS = {
    "tenants": "first: 40",
    "invoices": "first: 60",
    "payments": "first: 60",
    "subscriptions": "first: 50",
    "unmatchedTransfers": "first: 40, filter: {status: [MATCHED, UNMATCHED, ASSIGNED, IGNORED, RETURNED]}",
    "bankFiles": "first: 50",
    "accountingEntries": "first: 200",
    "auditEvents": "first: 50",
    "refunds": "first: 20",
    "dunningCases": "first: 30",
    "revenueFlows": "first: 100",
    "mrrMovements": "first: 50",
}
REPORTS = {
    "revenueDashboard": 'filter: {from: "2026-01-01", to: "2026-11-20"}',
    "reconciliation": 'provider: "sandbox", from: "2026-10-05", to: "2026-11-20"',
    "churnReport": 'from: "2025-01-01", to: "2026-11-20"',
    "platformFeeReport": 'from: "2026-01-01", to: "2026-11-20"',
}
PLAIN = ("plans", "providers", "viewer")
# What the demo has no occasion for: nothing fails, nothing is reversed, no plugin is broken, nobody uses credit, ...
NEVER_IN_THE_DEMO = {
    "Provider.problem", "AccountingEntry.reversesJournalId", "Refund.failureReason", "PageInfo.hasPreviousPage",
    "BankFile.warnings", "Refund.events", "Metric.unavailableBecause", "MoneyMetric.unavailableBecause", "RevenueDashboard.warnings",
}  # fmt: skip


def selection(type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    """All fields, and below them what a page's cost leaves room for."""
    parts = []
    for name, field in type_.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        named = get_named_type(field.type)
        if is_leaf_type(named):
            parts.append(name)
        elif depth and isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            few = "(first: 2)" if "first" in field.args else "(limit: 2)" if "limit" in field.args else ""
            parts.append(f"{name}{few} {{ {selection(named, depth - 1)} }}")
    return " ".join(parts) or "__typename"


def said(type_: Any, value: Any) -> Iterator[str]:
    """The fields that say something in an answer, as Type.field."""
    named = get_named_type(type_)
    if isinstance(value, list):
        for one in value:
            yield from said(named, one)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name != "__typename" and part not in (None, [], ""):
                yield f"{named.name}.{name}"
                yield from said(named.fields[name].type, part)


@pytest.mark.timeout(300)
async def test_every_field_says_something_in_the_demo(database: Database, tmp_path: Path) -> None:
    await asyncio.to_thread(
        load_demo,
        database, scale=SCALES["small"], now=datetime(2026, 11, 20, 12, tzinfo=UTC), zone=ZoneInfo("Europe/Stockholm"),
        actor="cli:test", registry=Registry.load(settings={}), progress=Counter(shown=False),
    )  # fmt: skip
    assert SCHEMA.query_type is not None
    roots, spoken, asked = SCHEMA.query_type.fields, set[str](), set[str]()
    async with served(database, tmp_path) as api:
        for name in (*LISTS, *REPORTS, *PLAIN):
            type_ = get_named_type(roots[name].type)
            assert isinstance(type_, GraphQLObjectType)
            narrowing = (LISTS | REPORTS).get(name)
            given = f"({narrowing})" if narrowing else ""
            if name in LISTS:
                node = get_named_type(type_.fields["nodes"].type)
                assert isinstance(node, GraphQLObjectType)
                below = (
                    f"edges {{ cursor node {{ __typename }} }} pageInfo {{ {selection(get_named_type(type_.fields['pageInfo'].type), 0)} }} totalCount "  # type: ignore[arg-type]
                    + "".join(f"{one} {{ {selection(get_named_type(type_.fields[one].type), 1)} }} " for one in type_.fields if one.startswith("totals"))  # type: ignore[arg-type]
                    + f"nodes {{ {selection(node, 2)} }}"
                )  # fmt: skip
            else:
                below = selection(type_, 3 if name in REPORTS else 2)
            data = await api.ask(f"{{ {name}{given} {{ {below} }} }}")
            spoken |= set(said(roots[name].type, data[name]))
            asked |= {type_.name}
    types = {field.split(".")[0] for field in spoken}
    served_fields = {
        f"{name}.{field}"
        for name in types
        for field in SCHEMA.type_map[name].fields  # type: ignore[attr-defined]
    }
    assert sorted(served_fields - spoken - NEVER_IN_THE_DEMO) == []
