"""The ledger by itself: journals, their legs, and closed months."""

from storage.invariants.invariant import Invariant

LEDGER = (
    Invariant(
        name="journals balance, in their currency and in EUR",
        counterexamples="""
            select journal_id,
                   format('Journal %s: its legs sum to %s cents, in EUR to %s.', journal_id,
                          sum(amount_cents), sum(amount_eur_cents))
              from accounting_entry
             group by journal_id
            having sum(amount_cents) <> 0 or sum(amount_eur_cents) <> 0""",
    ),
    Invariant(
        name="journals have all their legs",
        counterexamples="""
            select j.id,
                   format('Journal %s: it should have %s legs numbered from 1, and has %s numbered from %s to %s.', j.id,
                          j.leg_count, coalesce(e.legs, 0), coalesce(e.first, 0), coalesce(e.last, 0))
              from journal j
              left join (select journal_id, count(*) as legs, min(leg) as first, max(leg) as last
                           from accounting_entry group by journal_id) e on e.journal_id = j.id
             where (e.legs, e.first, e.last) is distinct from (j.leg_count::bigint, 1, j.leg_count)""",
    ),
    Invariant(
        name="legs agree with their journal",
        counterexamples="""
            select e.journal_id,
                   case when j.id is null
                        then format('Leg %s of journal %s: there is no such journal.', e.leg, e.journal_id)
                        else format('Leg %s of journal %s: its book, tenant, currency or day is not the journal''s.',
                                    e.leg, e.journal_id) end
              from accounting_entry e left join journal j on j.id = e.journal_id
             where j.id is null or e.currency <> j.currency or e.booked_on <> j.booked_on
                or e.book_id is distinct from j.book_id or e.tenant_id is distinct from j.tenant_id""",
    ),
    Invariant(
        name="nothing was booked into a month after it was closed",
        counterexamples="""
            select j.id,
                   format('Journal %s: it was booked on %s after %s had been closed.', j.id, j.booked_on,
                          to_char(c.month, 'YYYY-MM'))
              from closed_month c
              join journal j on j.booked_on < c.month + interval '1 month' and j.recorded_at > c.recorded_at""",
    ),
)
