"""What a file says of orders of ours: put aside for `settle_reports`, which settles them one by one.

A debit that carries an order out is not booked with the file but with its order, and a payment that brings one back
waits in the inbox until the order is reversed: so nothing is lost where an order turns out not to fit.
"""

from typing import Any

import psycopg

from procedures.receive_transfers.claimed import mark_claimed

OURS = """
with named as materialized (
    select place, case when order_key ~* '^[0-9a-f]{32}$' then order_key::uuid end as order_id
      from staged where order_key is not null)
update staged s set order_id = n.order_id
  from named n
 where s.place = n.place
   and (exists (select from refund r join payment p on p.id = r.payment_id
                 where r.id = n.order_id and p.provider = %(provider)s)
        or exists (select from transfer_return r join bank_transfer t on t.id = r.bank_transfer_id
                    where r.id = n.order_id and t.provider = %(provider)s))"""
# Two files may call one debit by different names. Of an order, an amount and a day there is one.
KNOWN_BY_THEIR_ORDER = """
update staged s set known_as = r.id
  from payout_report r
 where s.kind = 'DEBIT' and s.known_as is null and r.order_id = s.order_id and r.kind = 'PAID'
   and (r.amount_cents, r.currency, r.booked_on) = (-s.cents, s.currency, s.booked_on)"""
ORDERED = """
create temporary table ordered on commit drop as
select s.place, s.kind, coalesce(s.reference, d.reference) as reference, coalesce(s.booked_on, d.booked_on) as booked_on,
       s.cents, s.currency, s.message, o.name as ordered, o.status,
       (o.cents, o.currency) = (abs(s.cents), s.currency) as fits
  from staged s
  left join staged d on d.kind = 'DEPOSIT' and d.deposit = s.deposit
  join (select r.id, 'refund ' || r.id as name, r.status, r.amount_cents as cents, p.currency
          from refund r join payment p on p.id = r.payment_id
         union all
        select r.id, 'return ' || r.id, r.status, t.amount_cents, t.currency
          from transfer_return r join bank_transfer t on t.id = r.bank_transfer_id) o on o.id = s.order_id
 where s.known_as is null"""
REPORTS = """
insert into payout_report (id, bank_file_id, order_id, kind, amount_cents, currency, booked_on, reference, said,
                           bank_transfer_id)
select case s.kind when 'PAYMENT' then uuid7() else s.id end, %(bank_file_id)s, s.order_id,
       case s.kind when 'DEBIT' then 'PAID' when 'PAYMENT' then 'RETURNED' when 'REFUSED' then 'REJECTED' else 'ACCEPTED' end,
       case when s.kind in ('DEBIT', 'PAYMENT') then abs(s.cents) end, nullif(s.currency, ''), coalesce(s.booked_on, d.booked_on),
       s.reference, s.message, case s.kind when 'PAYMENT' then s.id end
  from staged s
  left join staged d on d.kind = 'DEPOSIT' and d.deposit = s.deposit
 where s.order_id is not null and s.known_as is null
 order by s.place"""


def mark_orders(cursor: psycopg.Cursor[Any], *, provider: str) -> None:
    """Set `order_id` where an order of ours is named; a debit of it that was booked before is known, unless as nobody's.
    The temporary table `ordered` holds each item with its order as it stands."""
    cursor.execute(OURS, {"provider": provider})
    cursor.execute("analyze staged (order_id)")
    mark_claimed(cursor)
    cursor.execute(KNOWN_BY_THEIR_ORDER)
    cursor.execute(ORDERED)
