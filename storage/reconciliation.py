"""What a provider reports beside what the ledger holds, line by line, by the rules of `billing/reports/reconciliation.py`.

All that is read is append-only and knows when it was written: asked again as of the same instant, the lines are the same.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Date, FromClause, Text, Uuid, bindparam, column, func, select, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.periods import Period
from billing.reports.reconciliation import LOOK_AROUND, ON_ITS_WAY, Sums

# A journal that undoes another one is of its kind. The fee that came with a charge is a leg of its own of the charge. A
# payout is held against its arrival at the bank; only one that the bank sent back, against its booking. What settled in another
# currency counts in that one alone: the leg that was moved, and what moved it out, are left out.
GATEWAY: Final = """
    theirs as materialized (
        select id, kind, subject_reference, reference, currency, amount_cents as cents,
               occurred_on as on_day, array_remove(array[subject_reference] || subject_aliases || reference, null) as names
          from provider_movement
         where provider = :provider and occurred_on >= :look_from and occurred_on < :look_to
           and recorded_at <= :as_of),
    booked as (
        select entry.id, case journal.kind when 'CONVERSION_IN' then movement.kind
                              else coalesce(undone.kind, journal.kind) end as kind, entry.account,
               (entry.amount_cents < 0) = (undone.id is null) as taken_off, entry.currency, entry.amount_cents as cents,
               entry.booked_on as on_day, journal.payment_id,
               exists (select from provider_movement other
                        where other.provider = :provider and other.kind = 'PAYOUT'
                          and other.subject_reference = movement.subject_reference
                          and other.amount_cents = -movement.amount_cents) as came_back,
               array_remove(array[refund.provider_reference, movement.subject_reference, movement.reference,
                   journal.provider_reference, payment.provider_reference, refund.id::text,
                   replace(refund.id::text, '-', ''), journal.id::text], null) as names
          from accounting_entry entry
          join journal on journal.id = entry.journal_id
          left join journal undone on undone.id = journal.reverses_id
          left join refund on refund.id = journal.refund_id
          left join payment on payment.id = journal.payment_id
          left join provider_movement movement on movement.id = coalesce(undone.subject_id, journal.subject_id)
         where entry.account in ('1580', '1589') and entry.book_id is null
           and entry.booked_on >= :look_from and entry.booked_on < :look_to
           and journal.provider = :provider and journal.recorded_at <= :as_of and journal.kind <> 'CONVERSION_OUT'
           and not exists (select from journal moved where moved.subject_id = entry.id and moved.kind = 'CONVERSION_OUT'
                              and moved.recorded_at <= :as_of)),
    ours as materialized (
        select id, case when kind = 'CHARGE' and taken_off then 'FEE' when kind = 'PAYOUT_ARRIVAL' then 'PAYOUT'
                        else kind end as kind,
               currency, cents, on_day, payment_id, names
          from booked
         where case kind when 'PAYOUT_ARRIVAL' then account = '1589'
                         when 'PAYOUT' then account = '1580' and came_back
                         else account = '1580' end),
"""

# A bank account: its deposits against the receipts in them, and its balances against whatever moved it. What a statement's
# balances say beyond the deposits in it and what else the ledger took from the account or put on it, and what is missing
# between two statements, is a line of the bank's of its own.
BANK: Final = """
    statements as (
        select *, lag(closing_cents) over (partition by account, currency order by from_day, to_day, sequence, id) as before
          from bank_balance
         where provider = :provider and from_day >= :look_from and to_day < :look_to and recorded_at <= :as_of),
    deposits as (
        select deposit.* from bank_deposit deposit join bank_file file on file.id = deposit.bank_file_id
         where file.provider = :provider and file.imported_at <= :as_of
           and deposit.booked_on >= :look_from and deposit.booked_on < :look_to),
    moved as (
        select entry.id, entry.currency, entry.amount_cents as cents, entry.booked_on as on_day, journal.kind,
               transfer.deposit_id
          from accounting_entry entry
          join journal on journal.id = entry.journal_id
          left join bank_transfer transfer on transfer.id = journal.bank_transfer_id and journal.kind = 'RECEIPT'
         where entry.account = '1930' and entry.book_id is null and journal.kind <> 'OPENING_BALANCE'
           and entry.booked_on >= :look_from and entry.booked_on < :look_to and journal.recorded_at <= :as_of
           and (journal.kind <> 'RECEIPT' or journal.provider = :provider)),
    stated as (
        select (array_agg(id order by id))[1] as id, currency, from_day, to_day, sum(closing_cents - opening_cents) as cents
          from statements group by currency, from_day, to_day),
    theirs as materialized (
        select id, 'DEPOSIT' as kind, reference as subject_reference, id::text as reference, currency,
               amount_cents as cents, booked_on as on_day, array[id::text] as names
          from deposits where amount_cents <> 0
        union all
        select id, 'UNCLASSIFIED', account || ' between statements', account, currency, opening_cents - before, from_day,
               array[id || ' before']
          from statements where opening_cents <> before
        union all
        select id, 'UNCLASSIFIED', 'Statement ' || from_day || ' to ' || to_day, id::text, currency,
               (cents - from_deposits - from_others)::bigint, to_day, array[id || ' within']
          from stated
         cross join lateral (select coalesce(sum(amount_cents), 0) as from_deposits from deposits
                              where deposits.currency = stated.currency and booked_on between from_day and to_day) as d
         cross join lateral (select coalesce(sum(moved.cents), 0) as from_others from moved
                              where moved.currency = stated.currency and moved.kind <> 'RECEIPT'
                                and on_day between from_day and to_day) as o
         where cents <> from_deposits + from_others),
    ours as materialized (
        select (array_agg(id order by id))[1] as id, 'DEPOSIT' as kind, currency, sum(cents)::bigint as cents,
               min(on_day) as on_day, null::uuid as payment_id,
               array[coalesce(deposit_id::text, (array_agg(id order by id))[1]::text)] as names
          from moved where kind = 'RECEIPT' group by deposit_id, currency having sum(cents) <> 0),
"""

# Lines of the same subject, kind, currency, direction and amount are each other's, in the order of their days (`turn`); of
# what is left, those of the same but the amount (`place`). Whatever is each other's ends in one group: no join could be
# planned well for it.
JUDGED: Final = """
    known_names as (
        select kind, name, min(names[1] collate "C") as subject
          from ours cross join unnest(names) as given(name) group by kind, name),
    their_subjects as (
        select distinct on (theirs.id) theirs.id, known_names.subject
          from theirs cross join unnest(theirs.names) with ordinality as given(name, place)
          join known_names on known_names.kind = theirs.kind and known_names.name = given.name
         order by theirs.id, given.place),
    both_sides as (
        select true as is_theirs, id, kind, coalesce(their_subjects.subject, names[1]) as subject, currency, cents, on_day,
               coalesce(subject_reference, reference) as reference, null::uuid as payment_id
          from theirs left join their_subjects using (id)
        union all
        select false, id, kind, names[1], currency, cents, on_day, names[1], payment_id from ours),
    in_turn as (
        select *, row_number() over (partition by kind, subject, currency, cents, is_theirs order by on_day, id) as turn,
               least(count(*) filter (where is_theirs) over equals,
                     count(*) filter (where not is_theirs) over equals) as pairs
          from both_sides window equals as (partition by kind, subject, currency, cents)),
    in_place as (
        select *, turn <= pairs as is_equal,
               row_number() over (partition by kind, subject, currency, cents < 0, is_theirs, turn <= pairs
                                  order by on_day, id) as place
          from in_turn),
    paired as (
        select kind, currency, (array_agg(id) filter (where is_theirs))[1] as their_id,
               (array_agg(id) filter (where not is_theirs))[1] as our_id,
               max(reference) filter (where is_theirs) as their_reference,
               max(reference) filter (where not is_theirs) as our_reference,
               max(cents) filter (where is_theirs) as provider_cents,
               max(cents) filter (where not is_theirs) as ledger_cents,
               max(on_day) filter (where is_theirs) as their_day, max(on_day) filter (where not is_theirs) as our_day,
               (array_agg(payment_id) filter (where payment_id is not null))[1] as payment_id,
               not is_equal and bool_or(turn > 1) as has_equal
          from in_place
         group by kind, subject, currency, cents < 0, is_equal, case when is_equal then cents end,
                  case when is_equal then turn else place end),
    counted as (
        select *, coalesce(their_day >= :start and their_day < :end, false) as theirs_counts,
               coalesce(our_day >= :start and our_day < :end, false) as ours_counts
          from paired),
    judged as (
        select *,
               case when provider_cents <> ledger_cents then 'AMOUNT_DIFFERS'
                    when provider_cents = ledger_cents then case when theirs_counts and ours_counts
                         then 'MATCHED' else 'TIMING' end
                    when has_equal then 'DUPLICATE'
                    when ledger_cents is null then
                         case when kind = 'PAYOUT' and provider_cents < 0 and their_day >= :missed_before
                              then 'TIMING' else 'MISSING_IN_LEDGER' end
                    when our_day >= :known_from and our_day < :known_to then 'MISSING_AT_PROVIDER'
                    else 'TIMING' end as state
          from counted where theirs_counts or ours_counts)
"""
LINES: Final = """
    select coalesce(their_id, our_id) as id, kind, currency, coalesce(their_day, our_day) as occurred_on,
           coalesce(their_reference, our_reference) as provider_reference, provider_cents, ledger_cents, state,
           case when theirs_counts then provider_cents else 0 end as counted_provider_cents,
           case when ours_counts then ledger_cents else 0 end as counted_ledger_cents,
           case when state in ('MATCHED', 'TIMING') then 0
                else coalesce(provider_cents, 0) - coalesce(ledger_cents, 0) end as unexplained_cents,
           coalesce(payment_id, (
               select payment.id from provider_movement movement
                 join payment on payment.provider = movement.provider and payment.bank_transfer_id is null
                  and payment.provider_reference = any(movement.payment_references)
                where movement.id = their_id order by payment.id limit 1)) as payment_id
      from judged
"""
COLUMNS: Final = (
    column("id", Uuid), column("kind", Text), column("currency", Text), column("occurred_on", Date),
    column("provider_reference", Text), column("provider_cents", BigInteger), column("ledger_cents", BigInteger),
    column("state", Text), column("counted_provider_cents", BigInteger), column("counted_ledger_cents", BigInteger),
    column("unexplained_cents", BigInteger), column("payment_id", Uuid),
)  # fmt: skip
NEVER: Final = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLines:
    """The days of `window` of a provider, as the books were at the instant `as_of` of the database's clock. `is_bank`: it
    tells by files what is on an account of ours, and lists no ledger of its own.

    `today` and `known` are as in `billing.reports.reconciliation.Asked`.
    """

    provider: str
    window: Period
    today: date
    known: Period | None
    as_of: datetime
    is_bank: bool = False

    def values(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "start": self.window.start,
            "end": self.window.end,
            "look_from": self.window.start - LOOK_AROUND,
            "look_to": self.window.end + LOOK_AROUND,
            "missed_before": self.today - ON_ITS_WAY,
            "known_from": NEVER if self.known is None else self.known.start,
            "known_to": NEVER if self.known is None else self.known.end,
            "as_of": self.as_of,
        }


def lines(asked: AskedLines) -> FromClause:
    """The lines, as a source of rows; `occurred_on` and `id` put them in order."""
    sql = f"with {BANK if asked.is_bank else GATEWAY} {JUDGED} {LINES}"
    values = {name: value for name, value in asked.values().items() if f":{name}" in sql}
    types = {"as_of": TIMESTAMP(timezone=True)}
    bound = text(sql).bindparams(*(bindparam(name, value, types.get(name)) for name, value in values.items()))
    return bound.columns(*COLUMNS).subquery("line")


async def sums(connection: AsyncConnection, asked: AskedLines, *, tolerance_cents: int) -> list[Sums]:
    """The sums of every currency and kind, in that order."""
    line = lines(asked)
    off = func.abs(line.c.unexplained_cents) > tolerance_cents
    totals = {
        "provider_cents": line.c.counted_provider_cents,
        "ledger_cents": line.c.counted_ledger_cents,
        "unexplained_cents": line.c.unexplained_cents,
    }
    summed = (func.sum(of).cast(BigInteger).label(name) for name, of in totals.items())
    counted = func.count().filter(off).label("over_tolerance")
    by = (line.c.currency.collate("C"), line.c.kind.collate("C"))
    found = await connection.execute(
        select(by[0].label("currency"), by[1].label("kind"), *summed, counted).group_by(*by).order_by(*by)
    )
    return [Sums(**row) for row in found.mappings()]
