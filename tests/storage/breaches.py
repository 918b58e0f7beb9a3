"""Ways to break full books past every trigger, and what must then be said.

Of each: what happens; after `>` the statements that do it; then the invariants that see it, and exactly what they say. In
braces are the rows' names, see `FullBooks.names`.
"""

from dataclasses import dataclass, field

from storage.invariants import INVARIANTS

(
    BALANCED, WHOLE, AGREE, CLOSED,
    PAID, REFUNDED, PAYMENTS, ISSUED, FOUND, RECEIVABLES, CREDIT, OVERDRAWN, OWED,
    RECEIPTS, USED, UNMATCHED, RETURNED, DEPOSITS,
    REFUNDS, NOTED, NUMBERED, REPORTED, CONVERTED,
    REST, MOVED, COUNTS, STANDS, DAYS, MONTHS, TENANTS,
    REVENUE, SUMS, COUNTRIES, ACCOUNTS,
) = (invariant.name for invariant in INVARIANTS)  # fmt: skip

TEXT = """
a leg is edited
    > update accounting_entry set amount_cents = amount_cents + 5 where journal_id = '{cost}' and account = '5910'
    BALANCED Journal {cost}: its legs sum to 5 cents, in EUR to 0.
a leg weighs another sum in EUR
    > update accounting_entry set amount_eur_cents = amount_eur_cents - 1 where journal_id = '{cost}' and leg = 2
    BALANCED Journal {cost}: its legs sum to 0 cents, in EUR to -1.
    ACCOUNTS Account 1930, 2026-11-20: its legs and their sum are -1 EUR cents apart.
a leg is removed
    > delete from accounting_entry where journal_id = '{cost}' and leg = 2
    BALANCED Journal {cost}: its legs sum to 900 cents, in EUR to 80.
    WHOLE Journal {cost}: it should have 2 legs numbered from 1, and has 1 numbered from 1 to 1.
    ACCOUNTS Account 1930, 2026-11-20: its legs and their sum are 80 EUR cents apart.
all legs of a journal are removed
    > delete from accounting_entry where journal_id = '{cost}'
    WHOLE Journal {cost}: it should have 2 legs numbered from 1, and has 0 numbered from 0 to 0.
    ACCOUNTS Account 1930, 2026-11-20: its legs and their sum are 80 EUR cents apart.
a balanced pair of legs is added
    > insert into accounting_entry (journal_id, leg, account, currency, amount_cents, amount_eur_cents, booked_on) select id, leg, '5910', currency, cents, 0, booked_on from journal, (values (3, 7), (4, -7)) l(leg, cents) where id = '{cost}'
    WHOLE Journal {cost}: it should have 2 legs numbered from 1, and has 4 numbered from 1 to 4.
legs are renumbered
    > update accounting_entry set leg = 7 where journal_id = '{cost}' and leg = 1
    WHOLE Journal {cost}: it should have 2 legs numbered from 1, and has 2 numbered from 2 to 7.
a journal is removed
    > delete from journal where id = '{cost}'
    AGREE Leg 1 of journal {cost}: there is no such journal.
a leg is moved to another day
    > update accounting_entry set booked_on = booked_on + 1 where journal_id = '{cost}' and leg = 2
    AGREE Leg 2 of journal {cost}: its book, tenant, currency or day is not the journal's.
    ACCOUNTS Account 1930, 2026-11-20: its legs and their sum are 80 EUR cents apart.
a journal is moved to another day
    > update journal set booked_on = booked_on - 1 where id = '{cost}'
    AGREE Leg 1 of journal {cost}: its book, tenant, currency or day is not the journal's.
a leg is moved to another book
    > update accounting_entry set book_id = '{club}' where journal_id = '{cost}' and leg = 1
    AGREE Leg 1 of journal {cost}: its book, tenant, currency or day is not the journal's.
    ACCOUNTS Account 5910, 2026-11-20: its legs and their sum are -80 EUR cents apart.
a leg is moved to another tenant
    > update accounting_entry set tenant_id = '{club}' where journal_id = '{cost}' and leg = 1
    AGREE Leg 1 of journal {cost}: its book, tenant, currency or day is not the journal's.
a leg is moved to another currency
    > update accounting_entry set currency = 'NOK' where journal_id = '{cost}' and leg = 1
    AGREE Leg 1 of journal {cost}: its book, tenant, currency or day is not the journal's.
an invoice is set as paid
    > update invoice set paid_cents = 60000 where id = '{open}'
    PAID Invoice {open.number} ({open}): 60000 of 60000 cents count as paid, but its payments gave it 0.
    RECEIVABLES Invoice {open.number} ({open}): 0 SEK cents are outstanding, but 60000 is a receivable (1510) in the book of the platform.
an invoice is paid more than its total
    > alter table invoice drop constraint invoice_never_overpaid_check
    > update invoice set total_cents = 124999 where id = '{bank_paid}'
    PAID Invoice {bank_paid.number} ({bank_paid}): 125000 of 124999 cents count as paid, but its payments gave it 125000.
    ISSUED Invoice {bank_paid.number} ({bank_paid}): its journal says a total of 125000 and a tax of 25000 cents instead of 124999 and 25000.
    RECEIVABLES Invoice {bank_paid.number} ({bank_paid}): -1 SEK cents are outstanding, but 0 is a receivable (1510) in the book of the platform.
a refund of an invoice is forgotten
    > update invoice set refunded_cents = 0 where id = '{card_paid}'
    REFUNDED Invoice {card_paid.number} ({card_paid}): 0 of 100000 paid cents count as refunded, but refunds took 50000.
a refund of a payment is forgotten
    > update payment set refunded_cents = 0, refunded_at = null where id = '{by_card}'
    PAYMENTS Payment {by_card} of 100000 cents: 10000 are pending and 0 refunded (last: never), but its refunds say 10000 and 50000 (2026-11-20 12:00:00+00).
a pending refund is removed
    > delete from refund where id = '{pending}'
    PAYMENTS Payment {by_card} of 100000 cents: 10000 are pending and 50000 refunded (last: 2026-11-20 12:00:00+00), but its refunds say 0 and 50000 (2026-11-20 12:00:00+00).
a payment says another day of its refund
    > update payment set refunded_at = refunded_at + interval '1 day' where id = '{by_card}'
    PAYMENTS Payment {by_card} of 100000 cents: 10000 are pending and 50000 refunded (last: 2026-11-21 12:00:00+00), but its refunds say 10000 and 50000 (2026-11-20 12:00:00+00).
an invoice is booked with another total
    > update accounting_entry set amount_cents = amount_cents + 500 * sign(amount_cents) where journal_id = '{open.issued}' and account in ('1510', '3001')
    ISSUED Invoice {open.number} ({open}): its journal says a total of 60500 and a tax of 12000 cents instead of 60000 and 12000.
    RECEIVABLES Invoice {open.number} ({open}): 60000 SEK cents are outstanding, but 60500 is a receivable (1510) in the book of the platform.
an invoice says another tax
    > update invoice set tax_cents = 11999 where id = '{open}'
    ISSUED Invoice {open.number} ({open}): its journal says a total of 60000 and a tax of 12000 cents instead of 60000 and 11999.
an issued invoice becomes a draft
    > update invoice set declared_status = 'DRAFT' where id = '{open}'
    ISSUED Invoice {open.number} ({open}): its journal says a total of 60000 and a tax of 12000 cents instead of 0 and 0.
    RECEIVABLES Invoice {open.number} ({open}): 0 SEK cents are outstanding, but 60000 is a receivable (1510) in the book of the platform.
a draft is issued without being booked
    > update invoice set declared_status = null where id = '{draft}'
    ISSUED Invoice D-1 ({draft}): its journal says a total of 0 and a tax of 0 cents instead of 10000 and 2000.
    RECEIVABLES Invoice D-1 ({draft}): 10000 SEK cents are outstanding, but 0 is a receivable (1510) in the book of the platform.
an invoice becomes void without being booked
    > update invoice set declared_status = 'VOID' where id = '{open}'
    RECEIVABLES Invoice {open.number} ({open}): 0 SEK cents are outstanding, but 60000 is a receivable (1510) in the book of the platform.
an invoice is searched by another number
    > update invoice_words set number = 'F-0', ocr = null, customer_name = 'Nobody' where invoice_id = '{open}'
    FOUND Invoice {open.number} ({open}): it is searched by F-0, Nobody.
an invoice is not searched
    > delete from invoice_words where invoice_id = '{open}'
    FOUND Invoice {open.number} ({open}): it is searched by nothing.
a tenant's invoice becomes the platform's
    > update invoice set issuer_type = 'PLATFORM' where id = '{members}'
    ISSUED Invoice {members.number} ({members}): its journal says a total of 0 and a tax of 0 cents instead of 40000 and 8000.
a receivable of nobody's is booked
    > update accounting_entry set account = '1510' where journal_id = '{cost}' and leg = 1
    RECEIVABLES Invoice unknown (): 0 SEK cents are outstanding, but 900 is a receivable (1510) in the book of the platform.
    ACCOUNTS Account 1510, 2026-11-20: its legs and their sum are 80 EUR cents apart.
a payment becomes credit without being booked
    > insert into payment (tenant_id, method, provider, amount_cents, currency, paid_at, outcome) values ('{club}', 'CARD', 'sandbox', 777, 'SEK', now(), 'SUCCEEDED')
    CREDIT Tenant {club}: its payments leave 2277 SEK cents of credit, but 1500 are booked (2420).
a refund takes a surplus without being booked so
    > update refund set surplus_cents = 100, tax_cents = 0 where id = '{half}'
    REFUNDED Invoice {card_paid.number} ({card_paid}): 50000 of 100000 paid cents count as refunded, but refunds took 49900.
    CREDIT Tenant {club}: its payments leave 1400 SEK cents of credit, but 1500 are booked (2420).
credit is used up by hand
    > update accounting_entry set tenant_id = '{club}' where journal_id = '{cost}'
    > update journal set tenant_id = '{club}' where id = '{cost}'
    > update accounting_entry set amount_cents = amount_cents * 10, account = replace(account, '5910', '2420') where journal_id = '{cost}'
    CREDIT Tenant {club}: its payments leave 1500 SEK cents of credit, but -7500 are booked (2420).
    OVERDRAWN Tenant {club}: its credit (2420) stands at -7500 SEK cents.
    ACCOUNTS Account 2420, 2026-11-20: its legs and their sum are 80 EUR cents apart.
a tenant's claim is booked on one side only
    > update accounting_entry set account = '1930' where journal_id = '{member.mirror}' and account = '1689'
    OWED Tenant {club}: the platform owes it 40000 SEK cents (2899), but its own book claims 0 (1689).
a receipt is booked on another account
    > update accounting_entry set account = '1580' where journal_id = '{waiting.receipt}' and account = '1930'
    RECEIPTS Bank transfer {waiting} of 8000 SEK cents: its receipt is not booked.
    ACCOUNTS Account 1580, 2026-11-19: its legs and their sum are 711 EUR cents apart.
a receipt is booked with another amount
    > update accounting_entry set amount_cents = amount_cents + sign(amount_cents) where journal_id = '{waiting.receipt}'
    RECEIPTS Bank transfer {waiting} of 8000 SEK cents: its receipt is booked as 8001 SEK cents.
    UNMATCHED Bank transfer {waiting}: 8000 SEK cents of it wait to be used, but 8001 are booked as unmatched (2999).
a receipt is removed
    > delete from accounting_entry where journal_id = '{ignored.receipt}'
    > delete from journal where id = '{ignored.receipt}'
    RECEIPTS Bank transfer {ignored} of 9000 SEK cents: its receipt is not booked.
    UNMATCHED Bank transfer {ignored}: 9000 SEK cents of it wait to be used, but 0 are booked as unmatched (2999).
    ACCOUNTS Account 1930, 2026-11-19: its legs and their sum are -800 EUR cents apart.
a transfer says another amount
    > update bank_transfer set amount_cents = 40001 where id = '{assigned}'
    RECEIPTS Bank transfer {assigned} of 40001 SEK cents: its receipt is booked as 40000 SEK cents.
    USED Bank transfer {assigned} of 40001 SEK cents is ASSIGNED, but its live payments add up to 40000.
    DEPOSITS Deposit 00070 ({assigned.deposit}) of 40000 SEK cents: its transfers add up to 40001.
a transfer counts as matched without a payment
    > update bank_transfer set status = 'MATCHED' where id = '{waiting}'
    USED Bank transfer {waiting} of 8000 SEK cents is MATCHED, but its live payments add up to 0.
    UNMATCHED Bank transfer {waiting}: 0 SEK cents of it wait to be used, but 8000 are booked as unmatched (2999).
a payment forgets its transfer
    > update payment set bank_transfer_id = null where id = '{by_member}'
    USED Bank transfer {assigned} of 40000 SEK cents is ASSIGNED, but its live payments add up to 0.
a transfer in the inbox has a live payment
    > update payment set bank_transfer_id = '{waiting}' where id = '{by_card}'
    USED Bank transfer {waiting} of 8000 SEK cents is UNMATCHED, but its live payments add up to 100000.
a transfer is paid on in another currency
    > update bank_transfer set currency = 'NOK' where id = '{assigned}'
    RECEIPTS Bank transfer {assigned} of 40000 NOK cents: its receipt is booked as 40000 SEK cents.
    USED Bank transfer {assigned} of 40000 NOK cents is ASSIGNED, but its live payments add up to 40000.
    DEPOSITS Deposit 00070 ({assigned.deposit}) of 40000 SEK cents: its transfers add up to 0.
an ignored transfer vanishes from the inbox's account
    > update bank_transfer set status = 'RETURNED' where id = '{ignored}'
    UNMATCHED Bank transfer {ignored}: 0 SEK cents of it wait to be used, but 9000 are booked as unmatched (2999).
    RETURNED Bank transfer {ignored} of 9000 SEK cents is RETURNED, but its return is not ordered and 0 cents of it are booked.
a transfer on its way back is in the inbox again
    > update bank_transfer set status = 'UNMATCHED' where id = '{going_back}'
    UNMATCHED Bank transfer {going_back}: 12000 SEK cents of it wait to be used, but 6000 are booked as unmatched (2999).
    RETURNED Bank transfer {going_back} of 6000 SEK cents is UNMATCHED, but its return is PENDING and 0 cents of it are booked.
a return is confirmed and not booked
    > update transfer_return set status = 'SUCCEEDED', due_at = null, settled_at = now() where bank_transfer_id = '{going_back}'
    UNMATCHED Bank transfer {going_back}: 0 SEK cents of it wait to be used, but 6000 are booked as unmatched (2999).
    RETURNED Bank transfer {going_back} of 6000 SEK cents is RETURNED, but its return is SUCCEEDED and 0 cents of it are booked.
what brought an order back is forgotten
    > update payout_report set outcome = 'PASSED_OVER' where bank_transfer_id = '{brought_back}'
    USED Bank transfer {brought_back} of 3000 SEK cents is MATCHED, but its live payments add up to 0.
a receipt of no transfer is booked
    > update accounting_entry set account = '2999' where journal_id = '{cost}' and leg = 2
    UNMATCHED Bank transfer unknown: 0 SEK cents of it wait to be used, but 900 are booked as unmatched (2999).
    ACCOUNTS Account 1930, 2026-11-20: its legs and their sum are 80 EUR cents apart.
a deposit says another amount
    > update bank_deposit set amount_cents = 8001 where id = '{waiting.deposit}'
    DEPOSITS Deposit 00070 ({waiting.deposit}) of 8001 SEK cents: its transfers add up to 8000.
a refund is not booked
    > delete from accounting_entry where journal_id = '{refund}'
    > delete from journal where id = '{refund}'
    REFUNDS Refund {half} of 50000 cents is SUCCEEDED, but 0 cents of it are booked.
    REVENUE Journal {refund}: its legs and its part in revenue are 0 (gross), -3556 (refunds), 0 (fees) and 0 (platform fees) EUR cents apart.
    ACCOUNTS Account 1580, 2026-11-20: its legs and their sum are 4445 EUR cents apart.
a booked refund fails
    > update refund set status = 'FAILED' where id = '{half}'
    REFUNDED Invoice {card_paid.number} ({card_paid}): 50000 of 100000 paid cents count as refunded, but refunds took 0.
    PAYMENTS Payment {by_card} of 100000 cents: 10000 are pending and 50000 refunded (last: 2026-11-20 12:00:00+00), but its refunds say 10000 and 0 (never).
    REFUNDS Refund {half} of 50000 cents is FAILED, but 50000 cents of it are booked.
a refund has no credit note
    > update refund set external_id = null where id = '{half}'
    NOTED Refund {half} took back 50000 cents of revenue and VAT, and its credit note is missing.
a credit note is lost
    > insert into credit_note_series (year, last) values (2026, 3)
    > update refund set external_id = null, credit_note = 'CN-2026-000003' where id = '{half}'
    NUMBERED Credit notes of 2026: 3 were numbered, but 1 are on refunds, the last of them 3.
an entry of the log says another credit
    > update plan_history set credited_cents = 2400 where id = '{downgraded}'
    CREDIT Tenant {subscriber}: its payments leave 2400 SEK cents of credit, but 2500 are booked (2420).
    REST Entry {downgraded} of the log of subscription {subscription} credits 2400 cents, but 2500 are booked (2420).
a movement weighs another sum
    > update mrr_movement set eur_cents = 4000 where subscription_id = '{subscription}'
    MOVED Tenant {subscriber} on 2025-01-01: its log moves MRR by 8712 EUR cents and 2 subscriptions, its movements by 8356 and 2.
    DAYS Tenant {subscriber}, plan {plan}, 2025-01-01, NEW: its movements and their sum are -356 EUR cents apart.
    TENANTS Tenant {subscriber}, plan {plan}, 2025-01-01: its movements and their sum are -356 EUR cents apart.
a movement is of another day
    > update mrr_movement set occurred_on = '2025-01-02' where subscription_id = '{subscription}'
    MOVED Tenant {subscriber} on 2025-01-01: its log moves MRR by 8712 EUR cents and 2 subscriptions, its movements by 4356 and 1.
    DAYS Tenant {subscriber}, plan {plan}, 2025-01-01, NEW: its movements and their sum are -4356 EUR cents apart.
a tenant that brings something does not count
    > update mrr_movement set tenant_delta = 0 where subscription_id = '{subscription}'
    COUNTS Tenant {subscriber} brings 4356 EUR cents a month, and counts as 0 tenants.
    DAYS Tenant {subscriber}, plan {plan}, 2025-01-01, NEW: its movements and their sum are 0 EUR cents apart.
    TENANTS Tenant {subscriber}, plan {plan}, 2025-01-01: its movements and their sum are 0 EUR cents apart.
a fee is reported with another amount
    > update provider_movement set amount_cents = -1601 where id = '{fee_line}'
    REPORTED FEE tx-fee of provider sandbox is of -1601 SEK cents, but -1600 SEK are booked as FEE.
a payout is reported in another currency
    > update provider_movement set currency = 'NOK' where id = '{payout_line}'
    REPORTED PAYOUT tx-payout of provider sandbox is of -9000 NOK cents, but -9000 SEK are booked as PAYOUT.
a charge is reported with another amount than was settled
    > update provider_movement set amount_cents = 8801 where id = '{charge_line}'
    REPORTED CHARGE tx-charge of provider sandbox is of 8801 EUR cents, but 8800 EUR are booked as CONVERSION_IN.
a conversion moves something else
    > update journal set subject_id = '{cost}' where id = '{converted}'
    CONVERTED Conversion {converted} takes 100000 SEK cents off the clearing account, but what it moves is 0.
a subscription is paused past its log
    > update subscription set status = 'PAUSED' where id = '{subscription}'
    STANDS Subscription {subscription} (sub-1) is PAUSED at 4356 EUR cents a month, but its log counts 4356 of it.
the sum of a day loses a cent
    > update mrr_day set eur_cents = eur_cents - 1 where kind = 'NEW'
    DAYS Tenant {subscriber}, plan {plan}, 2025-01-01, NEW: its movements and their sum are 1 EUR cents apart.
    MONTHS Plan {plan} in SE, 2025-01-01, NEW: its days and their sum are -1 EUR cents apart.
the part of a fee in revenue gains a cent
    > update revenue_flow set fee_cents = fee_cents + 1 where journal_id = '{fee}'
    REVENUE Journal {fee}: its legs and its part in revenue are 0 (gross), 0 (refunds), -1 (fees) and 0 (platform fees) EUR cents apart.
    SUMS Tenant none, plan none, day of 2026-11-20: its journals and their sum are 1 EUR cents apart.
a sum of an account loses a cent
    > update book_day set eur_cents = eur_cents - 1 where account = '5910'
    ACCOUNTS Account 5910, 2026-11-20: its legs and their sum are 1 EUR cents apart.
a country's month of revenue gains a cent
    > update revenue_country_month set vat_cents = vat_cents + 1 where country is null
    COUNTRIES No country, plan none, 2026-11-01: its tenants and their sum are -1 EUR cents apart.
what a tenant brings loses a subscription
    > update mrr_tenant set subscriptions = subscriptions - 1
    TENANTS Tenant {subscriber}, plan {plan}, all months: its movements and their sum are 0 EUR cents apart.
what a country brings gains a tenant
    > update mrr_country set tenants = tenants + 1
    MONTHS Plan {plan} in SE, all months: its days and their sum are 0 EUR cents apart.
a journal is booked into a closed month
    > insert into closed_month (month, closed_at, closed_by, reason, drift_accepted, journal_count, audit_seq, audit_hash, recorded_at) select date_trunc('month', booked_on)::date, '2026-12-01T08:00Z', 'a@b.se', 'done', false, 1, 1, '', recorded_at - interval '1 minute' from journal where id = '{cost}'
    CLOSED Journal {bank_paid.issued}: it was booked on 2026-10-31 after 2026-11 had been closed.
"""


@dataclass(frozen=True, slots=True)
class Breach:
    """Statements that break the books, and what is said about it, by invariant."""

    statements: list[str] = field(default_factory=list)
    sentences: dict[str, str] = field(default_factory=dict)


def _read(text: str) -> dict[str, Breach]:
    breaches: dict[str, Breach] = {}
    breach = Breach()
    for line in filter(None, text.splitlines()):
        first, _, rest = line.strip().partition(" ")
        if not line.startswith(" "):
            breach = breaches[line] = Breach()
        elif first == ">":
            breach.statements.append(rest)
        else:
            breach.sentences[globals()[first]] = rest
    return breaches


BREACHES = _read(TEXT)
