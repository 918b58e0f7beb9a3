"""The letters of dunning: reminders and final notices."""

from email.message import EmailMessage
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from billing.money import Money
from procedures.letters import Withdrawn, amount_in_words, day_in_words, language_of, letter
from storage.dunning import DunningAction, DunningCase
from storage.invoices import Invoice
from storage.notices import Notice
from storage.tenants import Tenant

SUBJECTS: Final = {
    ("en", "REMINDER"): "Reminder: invoice {number} was due on {due_on}",
    ("en", "FINAL_NOTICE"): "Final notice: invoice {number} was due on {due_on}",
    ("sv", "REMINDER"): "Påminnelse: faktura {number} förföll den {due_on}",
    ("sv", "FINAL_NOTICE"): "Sista påminnelse: faktura {number} förföll den {due_on}",
}
MISSING: Final = {
    ("en", "PLATFORM"): "we have not received {amount} for invoice {number}, which was due on {due_on}.",
    ("en", "TENANT"): (
        "{amount} has not been paid for your invoice {number} to {customer}, which was due on {due_on}."
    ),
    ("sv", "PLATFORM"): "vi saknar {amount} för faktura {number}, som förföll den {due_on}.",
    ("sv", "TENANT"): "{amount} är inte betalt för er faktura {number} till {customer}, som förföll den {due_on}.",
}
ASKED: Final = {
    ("en", "PLATFORM"): " Please pay it{reference}.",
    ("en", "TENANT"): "",
    ("sv", "PLATFORM"): " Vänligen betala den{reference}.",
    ("sv", "TENANT"): "",
}
REFERENCE: Final = {"en": " with the reference {ocr}", "sv": " med OCR-nummer {ocr}"}
LAST: Final = {
    "en": "\n\nThis is the last time we write: your subscription is paused if the invoice stays unpaid.",
    "sv": "\n\nDetta är sista påminnelsen: er prenumeration pausas om fakturan förblir obetald.",
}
CROSSED: Final = {
    "en": "If it was paid in the last few days, there is nothing to do.",
    "sv": "Har den betalats de senaste dagarna behöver inget göras.",
}
HELLO: Final = {"en": "Hello {name},", "sv": "Hej {name},"}


async def dunning_letter(session: AsyncSession, notice: Notice) -> EmailMessage | Withdrawn:
    """What is missing and since when; not written once nothing is outstanding, or while the case is frozen."""
    action = await session.get_one(DunningAction, notice.subject_id)
    case = await session.get_one(DunningCase, action.case_id)
    invoice = await session.get_one(Invoice, case.invoice_id)
    tenant = await session.get_one(Tenant, notice.tenant_id)
    if not invoice.outstanding_cents:
        return Withdrawn(because="Nothing was outstanding any more when the mail was to be sent.")
    if case.override_path == "FREEZE":
        return Withdrawn(because="The case was frozen before the mail was sent.")
    if not tenant.email:
        return Withdrawn(because="The tenant has no mail address any more.")
    language, issuer = language_of(tenant), invoice.issuer_type
    facts = {
        "number": invoice.number,
        "amount": amount_in_words(Money(invoice.outstanding_cents, invoice.currency), language),
        "due_on": day_in_words(invoice.due_on, language),
        "customer": invoice.customer_name,
        "reference": REFERENCE[language].format(ocr=invoice.ocr) if invoice.ocr else "",
    }
    missing = MISSING[language, issuer].format(**facts) + ASKED[language, issuer].format(**facts)
    last = LAST[language] if notice.kind == "FINAL_NOTICE" and invoice.subscription_id else ""
    return letter(
        tenant,
        subject=SUBJECTS[language, notice.kind].format(**facts),
        body=f"{HELLO[language].format(name=tenant.name)}\n\n{missing}{last}\n\n{CROSSED[language]}\n",
    )
