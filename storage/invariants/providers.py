"""Refunds with their credit notes, and what moved at providers."""

from storage.invariants.invariant import Invariant

PROVIDERS = (
    Invariant(
        name="refunds that succeeded are booked with their amount, others are not or no longer",
        counterexamples="""
            select r.id,
                   format('Refund %s of %s cents is %s, but %s cents of it are booked.', r.id, r.amount_cents, r.status,
                          coalesce(-sum(e.amount_cents), 0))
              from refund r
              left join journal j on j.subject_id = r.id and j.kind = 'REFUND' and j.book_id is null
                                 and not exists (select from journal undoing where undoing.reverses_id = j.id)
              left join accounting_entry e on e.journal_id = j.id and e.account in ('1580', '1930')
             group by r.id
            having coalesce(-sum(e.amount_cents), 0) <> case r.status when 'SUCCEEDED' then r.amount_cents else 0 end""",
    ),
    Invariant(
        name="refunds ordered here have a credit note where they took back revenue, and only there",
        counterexamples="""
            select id,
                   format('Refund %s took back %s cents of revenue and VAT, and its credit note is %s.', id,
                          case status when 'SUCCEEDED' then amount_cents - surplus_cents else 0 end,
                          coalesce(credit_note, 'missing'))
              from refund
             where external_id is null
               and case status when 'SUCCEEDED' then (amount_cents > surplus_cents) <> (credit_note is not null)
                               when 'PENDING' then credit_note is not null
                               else false end""",
    ),
    Invariant(
        name="credit notes are numbered without gaps, year by year",
        counterexamples="""
            select year,
                   format('Credit notes of %s: %s were numbered, but %s are on refunds, the last of them %s.', year,
                          sum(numbered), sum(carried), max(newest))
              from (select year::integer, last as numbered, 0 as carried, 0 as newest from credit_note_series
                     union all
                    select split_part(credit_note, '-', 2)::integer, 0, 1, split_part(credit_note, '-', 3)::integer
                      from refund where external_id is null and credit_note is not null) pile
             group by year
            having sum(numbered) <> sum(carried) or sum(numbered) <> max(newest)""",
    ),
    Invariant(
        name="what moved at a provider is booked with the amount that it reports",
        counterexamples="""
            select m.id,
                   format('%s %s of provider %s is of %s %s cents, but %s %s are booked as %s.', m.kind, m.reference,
                          m.provider, told.cents, told.currency, coalesce(sum(e.amount_cents), 0), j.currency, j.kind)
              from provider_movement m
              join journal j on j.subject_id = m.id and j.book_id is null
              join lateral (select case j.kind when 'DISPUTE' then coalesce(m.presented_cents, m.amount_cents)
                                               else m.amount_cents end as cents,
                                   case j.kind when 'DISPUTE' then coalesce(m.presented_currency, m.currency)
                                               else m.currency end as currency) told on true
              left join accounting_entry e on e.journal_id = j.id
                                          and e.account = case j.kind when 'PAYOUT_ARRIVAL' then '1589' else '1580' end
             group by m.id, j.id, told.cents, told.currency
            having coalesce(sum(e.amount_cents), 0) <> told.cents or j.currency <> told.currency""",
    ),
    Invariant(
        name="what a provider settled in another currency has left the one in which it was booked",
        counterexamples="""
            select away.id,
                   format('Conversion %s takes %s %s cents off the clearing account, but what it moves is %s.', away.id,
                          -coalesce(sum(e.amount_cents), 0), away.currency, coalesce(moved.amount_cents, 0))
              from journal away
              left join accounting_entry moved on moved.id = away.subject_id and moved.account = '1580'
                                              and moved.currency = away.currency
              left join accounting_entry e on e.journal_id = away.id and e.account = '1580'
             where away.kind = 'CONVERSION_OUT'
             group by away.id, moved.id
            having coalesce(sum(e.amount_cents), 0) <> -coalesce(moved.amount_cents, 0)""",
    ),
)
