"""What must hold of a staged file before it may touch the books, whoever wrote its reader."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

from billing.money import BOOKED_CENTS_MAX, Money
from procedures.receive_transfers.staging import IDENTIFIED
from providers.settlement_files import BankFileInvalid, Finding

AHEAD_DAYS_MAX = 366
FINDINGS_MAX = 101  # one more than a refusal lists

TOO_LARGE = """
select lower(kind), coalesce(reference, ordinal::text), cents, currency
  from staged where kind <> 'DEPOSIT' and abs(cents::numeric) > %s
 order by place limit %s"""
TOO_MUCH = """
select currency from staged where kind <> 'DEPOSIT'
 group by currency having sum(abs(cents::numeric)) > %s
 order by currency limit %s"""
UNSIGNED = """
select lower(kind), coalesce(reference, ordinal::text), cents, currency
  from staged
 where (kind = 'PAYMENT' and cents = 0) or (kind in ('DEBIT', 'CHARGE') and cents >= 0)
 order by place limit %s"""
UNEVEN = """
select deposit, d.reference, d.cents, d.currency, coalesce(p.cents, 0), coalesce(p.currency, d.currency)
  from (select deposit, reference, cents, currency from staged where kind = 'DEPOSIT') d
  full join (select deposit, currency, sum(cents)::bigint as cents from staged where kind = 'PAYMENT' group by 1, 2) p
       using (deposit)
 where (d.cents, d.currency) is distinct from (coalesce(p.cents, 0), coalesce(p.currency, d.currency))
 order by 1 limit %s"""
TO_COME = """
select lower(kind), coalesce(reference, ordinal::text), booked_on
  from staged where booked_on > %s
 order by place limit %s"""
NAMELESS = """
select reference from staged where kind = 'DEPOSIT' and cardinality(identities) = 0 order by place limit %s"""
REPEATED = """
select given.key, count(*)
  from staged s cross join unnest(s.identities) as given(key)
 group by given.key having count(*) > 1
 order by given.key limit %s"""
CONTRADICTING = f"""
select distinct on (s.place) lower(s.kind), coalesce(s.reference, s.ordinal::text), given.cents::bigint, s.currency,
       k.amount_cents
  from ({IDENTIFIED}) given
  join staged s using (place)
  join bank_identity k on (k.provider, k.key) = (%s, given.key)
 where k.amount_cents <> given.cents
 order by s.place, given.nth limit %s"""  # noqa: S608 - out of our own constants


def refuse_unsound(cursor: psycopg.Cursor[Any], *, provider: str, today: date) -> None:
    """Amounts can be booked, alone and together, and have their sign; days are not years ahead; every deposit is the sum of its
    payments and has an identity; an identity names one thing of one amount, now and in future.

    Raises: BankFileInvalid.
    """
    findings = [*_too_large(cursor)] or [
        *_unsigned(cursor),
        *_to_come(cursor, today),
        *_uneven(cursor),
        *_nameless(cursor),
        *_repeated(cursor),
        *_contradicting(cursor, provider),
    ]
    if findings:
        raise BankFileInvalid(findings)


def _too_large(cursor: psycopg.Cursor[Any]) -> Iterator[Finding]:
    """What can be neither booked nor, perhaps, added up."""
    for kind, reference, cents, currency in cursor.execute(TOO_LARGE, [BOOKED_CENTS_MAX, FINDINGS_MAX]):
        what = f"{Money(cents, currency)} is larger than any amount that can be booked"
        yield Finding(where=f"{kind} {reference}", what=what)
    for (currency,) in cursor.execute(TOO_MUCH, [BOOKED_CENTS_MAX, FINDINGS_MAX]):
        most = Money(BOOKED_CENTS_MAX, currency)
        yield Finding(where="file", what=f"its amounts add up to more than {most}, the most that one file can bring")


def _unsigned(cursor: psycopg.Cursor[Any]) -> Iterator[Finding]:
    for kind, reference, cents, currency in cursor.execute(UNSIGNED, [FINDINGS_MAX]):
        yield Finding(where=f"{kind} {reference}", what=f"it cannot be of {Money(cents, currency)}")


def _to_come(cursor: psycopg.Cursor[Any], today: date) -> Iterator[Finding]:
    """Banks mistake the century of old days, and their files are told of; what is years ahead would head every list."""
    last = today + timedelta(days=AHEAD_DAYS_MAX)
    for kind, reference, day in cursor.execute(TO_COME, [last, FINDINGS_MAX]):
        yield Finding(where=f"{kind} {reference}", what=f"it is booked on {day}, which is later than {last}")


def _uneven(cursor: psycopg.Cursor[Any]) -> Iterator[Finding]:
    for number, reference, cents, currency, paid_cents, paid_in in cursor.execute(UNEVEN, [FINDINGS_MAX]):
        paid = Money(paid_cents, paid_in)
        if cents is None:
            yield Finding(where=f"deposit number {number}", what=f"it is missing; there are payments of {paid} of it")
        else:
            what = f"it is of {Money(cents, currency)}, but its payments add up to {paid}"
            yield Finding(where=f"deposit {reference}", what=what)


def _nameless(cursor: psycopg.Cursor[Any]) -> Iterator[Finding]:
    for (reference,) in cursor.execute(NAMELESS, [FINDINGS_MAX]):
        what = "it has no identity, so that it would be booked again when it comes again"
        yield Finding(where=f"deposit {reference}", what=what)


def _repeated(cursor: psycopg.Cursor[Any]) -> Iterator[Finding]:
    for key, count in cursor.execute(REPEATED, [FINDINGS_MAX]):
        yield Finding(where=f"identity {key}", what=f"it is given {count} times")


def _contradicting(cursor: psycopg.Cursor[Any], provider: str) -> Iterator[Finding]:
    for kind, reference, cents, currency, before in cursor.execute(CONTRADICTING, [provider, FINDINGS_MAX]):
        what = f"it is of {Money(cents, currency)}, but was of {Money(before, currency)} when it was booked"
        yield Finding(where=f"{kind} {reference}", what=what)
