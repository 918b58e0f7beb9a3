"""What must hold over whole files and against the books, found by one statement a rule."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from procedures.import_books.problems import Problems
from procedures.import_books.source import Source
from procedures.import_books.staging import staged

Parameters = dict[str, object]


def check(
    cursor: psycopg.Cursor[Any], source: Source, keys: dict[str, str], parameters: Parameters, problems: Problems
) -> None:
    """Note every row of the source that breaks a rule. `keys`: the key column of each noun that can be referred to."""
    for statement in _rules(source, keys):
        ordered = sql.SQL("select * from ({}) found(line, what) order by line limit %(room)s").format(statement)
        cursor.execute(ordered, parameters | {"room": problems.room})
        for line, what in cursor:
            problems.add(source.file, line, what)


def _rules(source: Source, keys: dict[str, str]) -> Iterator[sql.Composable]:
    if source.key:
        yield _repeated(source, source.key)
    for columns in source.unique:
        yield _repeated(source, columns)
    for column in source.columns:
        if column.refers:
            yield _dangling(source, column.name, column.refers, keys[column.refers])
    if source.books:
        yield _rebooked(source, sql.SQL(source.books))
    for statement in source.checks:
        yield sql.SQL(statement)
    if source.weighs:
        yield sql.SQL(WITHOUT_RATE).format(sql.SQL(source.weighs))
        yield sql.SQL(TOO_HEAVY).format(sql.SQL(source.weighs))


def _repeated(source: Source, columns: Sequence[str]) -> sql.Composable:
    """Lines that share what only one may have; rows with an empty part are no two alike."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(
        "select s.line, format('%%s %%s is also on line %%s', {label}, concat_ws(' ', {names}), d.first)"
        "  from {table} s join (select {names}, min(line) as first from {table} group by {names} having count(*) > 1) d"
        "       using ({names})"
        " where s.line > d.first"
    ).format(table=staged(source), names=names, label=sql.Literal(", ".join(columns)))


def _dangling(source: Source, column: str, noun: str, key: str) -> sql.Composable:
    return sql.SQL(
        "select s.line, format('there is no {noun} %%s', s.{column})"
        "  from {table} s left join {told} t on t.{key} = s.{column} left join {known} k on k.{key} = s.{column}"
        " where s.{column} is not null and t.{key} is null and k.{key} is null"
    ).format(
        noun=sql.SQL(noun),
        table=staged(source),
        told=sql.Identifier(f"staged_{noun}"),
        known=sql.Identifier(noun),
        column=sql.Identifier(column),
        key=sql.Identifier(key),
    )


def _rebooked(source: Source, books: sql.Composable) -> sql.Composable:
    """Known rows of which the file tells another booked figure."""
    booked = [column.name for column in source.columns if column.booked and column.name not in source.key]
    each = sql.SQL(", ").join(
        sql.SQL("({}, s.{}::text, b.{}::text, s.{} is distinct from b.{})").format(
            sql.Literal(name), *[sql.Identifier(name)] * 4
        )
        for name in booked
    )
    return sql.SQL(
        "select s.line, format('%%s is %%s here, but %%s in the books; what is booked is not changed', v.name,"
        "                      coalesce(v.told, 'empty'), coalesce(v.known, 'empty'))"
        "  from {table} s join ({books}) b using ({key}), lateral (values {each}) v(name, told, known, differs)"
        " where ({told}) is distinct from ({known}) and v.differs and ({open}) is not true"
    ).format(
        open=sql.SQL(source.open or "false"),
        table=staged(source),
        books=books,
        key=sql.SQL(", ").join(map(sql.Identifier, source.key)),
        each=each,
        told=sql.SQL(", ").join(sql.Identifier("s", name) for name in booked),
        known=sql.SQL(", ").join(sql.Identifier("b", name) for name in booked),
    )


WITHOUT_RATE = """
    select distinct on (w.currency) w.line,
           format('there is no rate of %%s for %%s or any day before; add one to fx_rates.csv', w.currency, w.day)
      from ({}) w
      left join (select currency, min(day) as first
                   from (select currency, on_day as day from fx_rate union all select currency, "on" from staged_fx_rate) r
                  group by currency) known using (currency)
     where w.currency <> 'EUR' and (known.first is null or w.day < known.first)
     order by w.currency, w.line"""

# Legs count in EUR cents of 64 bits too; a hundredth of that leaves room for currencies without cents.
TOO_HEAVY = """
    select w.line, format('%%s cents of %%s are more than can be counted in EUR', w.cents, w.currency)
      from ({}) w
      join (select currency, min(rate) as lowest
              from (select currency, rate from fx_rate union all select currency, rate from staged_fx_rate) r
             group by currency) known using (currency)
     where abs(w.cents::numeric) / known.lowest > 9e16"""
