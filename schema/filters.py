"""What filters name: rows that must be there."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import FromClause

from schema.ids import not_found
from schema.reading.questions import Named
from storage.accounting import Journal
from storage.tenants import Tenant
from storage.transfers import BankFile

_TABLES: Final[dict[str, FromClause]] = {
    "BankFile": BankFile.__table__,
    "Journal": Journal.__table__,
    "Tenant": Tenant.__table__,
}


def named(type_name: str, keys: Sequence[UUID] | None) -> tuple[Named, ...]:
    """The rows of a GraphQL type that a filter names, if it names any."""
    if not keys:
        return ()
    return (Named(table=_TABLES[type_name], keys=keys, unknown=partial(not_found, type_name)),)
