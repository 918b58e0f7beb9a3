"""Bank transfers, their deposits and their returns."""

from storage.invariants.invariant import Invariant

BANK = (
    Invariant(
        name="bank transfers are booked when they arrive",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents: its receipt is %s.', t.id, t.amount_cents, t.currency,
                          case when e.id is null then 'not booked'
                               else format('booked as %s %s cents', e.amount_cents, e.currency) end)
              from bank_transfer t
              left join journal j on j.subject_id = t.id and j.kind = 'RECEIPT' and j.book_id is null
              left join accounting_entry e on e.journal_id = j.id and e.account = '1930'
             where (e.amount_cents, e.currency) is distinct from (t.amount_cents, t.currency)""",
    ),
    Invariant(
        name="matched and assigned transfers are used up by live payments or were money of ours, others have none",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents is %s, but its live payments add up to %s.', t.id,
                          t.amount_cents, t.currency, t.status, coalesce(sum(p.amount_cents), 0))
              from bank_transfer t
              left join payment p on p.bank_transfer_id = t.id and p.outcome = 'SUCCEEDED'
             group by t.id
            having coalesce(sum(p.amount_cents), 0)
                   <> case when t.status in ('MATCHED', 'ASSIGNED')
                            and not exists (select from payout_report r
                                             where r.bank_transfer_id = t.id and r.kind = 'RETURNED'
                                               and r.outcome = 'SETTLED')
                            and not exists (select from journal j
                                             where j.bank_transfer_id = t.id and j.kind = 'PAYOUT_ARRIVAL') then t.amount_cents else 0 end
                or bool_or(p.currency <> t.currency)""",
    ),
    Invariant(
        name="unmatched receipts (2999) are transfers that wait, are ignored or on their way back, and debits nobody ordered",
        counterexamples="""
            select transfer_id,
                   format('Bank transfer %s: %s %s cents of it wait to be used, but %s are booked as unmatched (2999).',
                          coalesce(transfer_id::text, 'unknown'), sum(waiting), currency, -sum(booked))
              from (select id as transfer_id, currency, amount_cents as waiting, 0 as booked
                      from bank_transfer where status in ('UNMATCHED', 'IGNORED')
                     union all
                    select t.id, t.currency, t.amount_cents, 0
                      from transfer_return r join bank_transfer t on t.id = r.bank_transfer_id
                     where r.status = 'PENDING'
                     union all
                    select j.bank_transfer_id, e.currency, 0, e.amount_cents
                      from accounting_entry e
                      join journal j on j.id = e.journal_id
                      left join journal undone on undone.id = j.reverses_id
                     where e.account = '2999' and coalesce(undone.kind, j.kind) not in ('OPENING_BALANCE', 'DEBIT')) pile
             group by transfer_id, currency
            having sum(waiting) <> -sum(booked)""",
    ),
    Invariant(
        name="transfers are returned while their return is pending or has succeeded, and booked out once it has",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents is %s, but its return is %s and %s cents of it are booked.', t.id,
                          t.amount_cents, t.currency, t.status, coalesce(r.status, 'not ordered'),
                          coalesce(-e.amount_cents, 0))
              from bank_transfer t
              full join (select * from transfer_return where status <> 'FAILED') r on r.bank_transfer_id = t.id
              left join journal j on j.subject_id = r.id and j.kind = 'RETURN'
                                 and not exists (select from journal undoing where undoing.reverses_id = j.id)
              left join accounting_entry e on e.journal_id = j.id and e.account = '1930'
             where (t.status = 'RETURNED') <> (r.id is not null)
                or coalesce(-e.amount_cents, 0) <> case r.status when 'SUCCEEDED' then t.amount_cents else 0 end""",
    ),
    Invariant(
        name="deposits are the sum of their transfers",
        counterexamples="""
            select d.id,
                   format('Deposit %s (%s) of %s %s cents: its transfers add up to %s.', d.reference, d.id, d.amount_cents,
                          d.currency, coalesce(sum(t.amount_cents) filter (where t.currency = d.currency), 0))
              from bank_deposit d left join bank_transfer t on t.deposit_id = d.id
             group by d.id
            having d.amount_cents <> coalesce(sum(t.amount_cents) filter (where t.currency = d.currency), 0)
                or bool_or(t.currency <> d.currency)""",
    ),
)
