"""The open invoices that transfers may pay, found for a whole page of them by one statement, every lookup by an index.

Each lookup finds a dozen or two invoices, however many are open: those that bear a reference, or the nearest on both
sides of an amount, a due date or a name. Which of them is meant is for `billing.matching` to judge.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from billing.matching import BEARERS_MAX, NEIGHBOURS_MAX, InvoiceCandidate, TransferFacts, lookups
from billing.ocr import normal

# How many earlier transfers of a payer are looked at, the latest first: some pay for many others.
EARLIER_MAX = 200

SOUGHT = """
with transfer as (
    select * from unnest(%(places)s::int[], %(currencies)s::text[], %(cents)s::bigint[], %(days)s::date[],
                         %(payers)s::text[], %(accounts)s::text[], %(account_keys)s::text[])
        as t(place, currency, cents, booked_on, payer, account, account_key)),
reference as (select * from unnest(%(reference_places)s::int[], %(reference_keys)s::text[]) as r(place, key)),
slip as (select * from unnest(%(slip_places)s::int[], %(slip_keys)s::text[]) as s(place, key)),
amount as (select * from unnest(%(amount_places)s::int[], %(amounts)s::bigint[]) as a(place, cents)),
name as (select * from unnest(%(name_places)s::int[], %(name_keys)s::text[]) as n(place, key)),
named as (select place, name.key, amount.cents from name join amount using (place)),
earlier as (
    select t.place, p.tenant_id, b.id
      from transfer t
     cross join lateral (
        (select id from bank_transfer
          where status in ('MATCHED', 'ASSIGNED') and counterparty_account = t.account order by id desc limit {earlier})
        union all
        (select id from bank_transfer
          where status in ('MATCHED', 'ASSIGNED') and lower(counterparty_name) = lower(t.payer) and t.account is null
          order by id desc limit {earlier})) b
      join payment p on p.bank_transfer_id = b.id and p.outcome = 'SUCCEEDED'),
went as (select place, tenant_id, count(distinct id) as transfers from earlier group by place, tenant_id),
known as (select place, count(distinct id) as transfers from earlier group by place),
likely_tenant as (
    select t.place, x.id as tenant_id
      from transfer t join tenant x on x.bankgiro is not null and reference_key(x.bankgiro) = t.account_key
     union
    select place, tenant_id from went)"""

# The invoices that bear a reference as their OCR number.
BEARING = """
select {source}.place, i.id
  from {source}
 cross join lateral (
    select id from invoice
     where outstanding_cents > 0 and ocr is not null and reference_key(ocr) = {source}.key order by id limit {most}) i"""

# Of the invoices for which `equal` holds, those nearest to a value: half of them from each side.
NEAREST = """
select {source}.place, i.id
  from {source} join transfer t using (place)
 cross join lateral (
    (select id from invoice
      where outstanding_cents > 0 and {equal} and ({by}) >= ({at}) order by {upwards}, id limit {half})
    union all
    (select id from invoice
      where outstanding_cents > 0 and {equal} and ({by}) < ({at}) order by {downwards}, id desc limit {half})) i"""

FACTS = {
    "id": "i.id",
    "number": "i.number",
    "ocr": "i.ocr",
    "currency": "i.currency",
    "outstanding_cents": "i.outstanding_cents",
    "issued_on": "i.issued_on",
    "due_on": "i.due_on",
    "customer_name": "i.customer_name",
    "tenant_id": "i.tenant_id",
    "tenant_name": "x.name",
    "customer_account": "i.customer_account",
    "tenant_bankgiro": "x.bankgiro",
    "earlier_assigned": "coalesce(w.transfers, 0)",
}
FOUND = """
select f.place, coalesce(k.transfers, 0), {facts}
  from (select place, id from ({ways}) ways group by place, id) f
  join transfer t using (place)
  join invoice i on i.id = f.id and i.currency = t.currency
  join tenant x on x.id = i.tenant_id
  left join known k using (place)
  left join went w on w.place = f.place and w.tenant_id = i.tenant_id
 order by f.place, i.id"""


def _nearest(source: str, *, equal: str, to: dict[str, str], most: int = BEARERS_MAX) -> str:
    """The invoices of `source` nearest `to` the values given for some columns."""
    return NEAREST.format(
        source=source,
        equal=equal,
        by=", ".join(to),
        at=", ".join(to.values()),
        upwards=", ".join(to),
        downwards=", ".join(f"{column} desc" for column in to),
        half=most // 2,
    )


def _statement() -> str:
    """What is sought, every way to find it, and the facts of what was found."""
    whole = {"outstanding_cents": "t.cents"}
    same_amount = "currency = t.currency and outstanding_cents = {}.cents"
    ways = (
        BEARING.format(source="reference", most=BEARERS_MAX),
        BEARING.format(source="slip", most=BEARERS_MAX),
        _nearest("reference", equal="reference_key(number) = reference.key", to=whole),
        _nearest("reference", equal="number ~ '[^0-9]' and number_key(number) = reference.key", to=whole),
        _nearest("amount", equal=same_amount.format("amount"), to={"due_on": "t.booked_on"}, most=NEIGHBOURS_MAX),
        _nearest("named", equal=same_amount.format("named"), to={"name_key": "named.key"}, most=NEIGHBOURS_MAX),
        _nearest(
            "named",
            equal=same_amount.format("named"),
            to={"reverse(name_key)": "reverse(named.key)"},
            most=NEIGHBOURS_MAX,
        ),
        _nearest("name", equal="currency = t.currency", to={"name_key": "name.key"} | whole, most=NEIGHBOURS_MAX),
        _nearest(
            "transfer",
            equal="customer_account is not null and reference_key(customer_account) = t.account_key",
            to=whole,
        ),
        _nearest("likely_tenant", equal="tenant_id = likely_tenant.tenant_id", to=whole),
    )
    return SOUGHT.format(earlier=EARLIER_MAX) + FOUND.format(
        facts=", ".join(FACTS.values()), ways="\n union all".join(ways)
    )


STATEMENT = _statement()


async def with_candidates(
    connection: psycopg.AsyncConnection[Any], transfers: Sequence[TransferFacts]
) -> list[tuple[TransferFacts, list[InvoiceCandidate]]]:
    """Each transfer, told how many earlier ones of its payer were assigned, with the open invoices it may pay."""
    candidates: list[list[InvoiceCandidate]] = [[] for _ in transfers]
    told = list(transfers)
    cursor = connection.cursor(binary=True)
    await cursor.execute(STATEMENT, sought(transfers))
    for place, known, *facts in await cursor.fetchall():
        candidates[place].append(InvoiceCandidate(**dict(zip(FACTS, facts, strict=True))))
        if known:
            told[place] = replace(transfers[place], earlier_assigned=known)
    return list(zip(told, candidates, strict=True))


def sought(transfers: Sequence[TransferFacts]) -> dict[str, list[Any]]:
    """The keys of all the transfers, flat, each with the place of its transfer."""
    keys = [lookups(transfer) for transfer in transfers]
    references = [(place, key) for place, under in enumerate(keys) for key in under.references]
    slips = [(place, key) for place, under in enumerate(keys) for key in under.slips]
    amounts = [(place, cents) for place, under in enumerate(keys) for cents in under.amounts_cents]
    names = [(place, key) for place, under in enumerate(keys) for key in under.name_keys]
    return {
        "places": list(range(len(transfers))),
        "currencies": [under.currency for under in keys],
        "cents": [transfer.amount.cents for transfer in transfers],
        "days": [under.booked_on for under in keys],
        "payers": [transfer.counterparty_name for transfer in transfers],
        "accounts": [under.account for under in keys],
        "account_keys": [normal(under.account or "") or None for under in keys],
        "reference_places": [place for place, _ in references],
        "reference_keys": [key for _, key in references],
        "slip_places": [place for place, _ in slips],
        "slip_keys": [key for _, key in slips],
        "amount_places": [place for place, _ in amounts],
        "amounts": [cents for _, cents in amounts],
        "name_places": [place for place, _ in names],
        "name_keys": [key for _, key in names],
    }
