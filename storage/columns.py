"""The vocabulary of columns: each kind of value is declared once, with its PostgreSQL type and checks."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Enum, ForeignKey, Index, MetaData, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


REFERS_TO: Final = "refers_to"  # in a column's `info`: the table of the row it refers to


class Row(DeclarativeBase):
    """A table. Amounts are `bigint` minor units, instants `timestamptz`, words `text`, ids UUIDv7 made by the database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own shape
        str: Text(),
        date: Date(),
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
    }


Id = Annotated[UUID, mapped_column(primary_key=True, server_default=text("uuid7()"))]
Cents = Annotated[int, mapped_column(BigInteger())]
Recorded = Annotated[datetime, mapped_column(server_default=text("now()"))]


def link(target: str, *, index: bool = False, nullable: bool = False) -> MappedColumn[UUID]:
    """A column that refers to the row of another table."""
    return mapped_column(ForeignKey(f"{target}.id"), index=index, nullable=nullable)


def link_in_sets(target: str, *, index: bool = False, nullable: bool = False) -> MappedColumn[UUID]:
    """The same where rows come by the hundred thousand: a trigger looks a whole statement up (migration `references`)."""
    return mapped_column(index=index, nullable=nullable, info={REFERS_TO: target})


def word(*allowed: str, name: str) -> Enum:
    """One of the words of the contract's enum, kept as text behind a check: readable in psql, cheap to extend."""
    return Enum(*allowed, name=f"known_{name}", native_enum=False, create_constraint=True, length=None)


def whole(expression: str, *, name: str) -> CheckConstraint:
    """A rule that every row obeys."""
    return CheckConstraint(expression, name=name)


def searched(name: str, *columns: str) -> Index:
    """An index by which text columns are searched for any part of them."""
    return Index(name, *columns, postgresql_using="gin", postgresql_ops=dict.fromkeys(columns, "gin_trgm_ops"))
