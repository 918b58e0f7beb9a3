"""The payments of the production file `bgmax_free_text_2016`, and open invoices among which theirs must be found.

The invoice a payment means is the number that its reference calls a faktura, else the only number of its reference.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks.noisy_payments import NoisyReference, NoisyTransfer
from benchmarks.open_invoices import Club, OpenInvoice, World, ocr_of, person

SAMPLE = "bgmax_free_text_2016.txt"
BOOKED_ON = date(2016, 2, 23)
CLUB = Club(id=1, name="Ekby Boule", currency="SEK", fee_cents=0, numbers_by_year=False, bankgiro=None, payee=None)
NAMED = re.compile(r"fakt\D*([0-9]+)", re.IGNORECASE)
ANY = re.compile(r"[0-9]+")
NUMBERS = range(50_000, 65_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePayment:
    reference: str
    information: tuple[str, ...]
    amount_cents: int
    payer: str

    @property
    def meant(self) -> int:
        """The number of the invoice it means."""
        [number] = NAMED.findall(self.reference) or ANY.findall(self.reference)
        return int(number)

    @property
    def mentioned(self) -> set[int]:
        return {int(number) for text in (self.reference, *self.information) for number in ANY.findall(text)}


def sample_payments(folder: Path) -> tuple[World, list[NoisyTransfer]]:
    """The payments, and 15,000 open invoices numbered without a gap around those they mean.

    Every number that the payments mention, a customer's number too, is some open invoice's; many have equal amounts.
    """
    rng = Random(SAMPLE)
    payments = read(folder)
    owed = {payment.meant: payment for payment in payments}
    numbers = sorted({*NUMBERS, *(number for payment in payments for number in payment.mentioned)})
    amounts = [payment.amount_cents for payment in payments]
    invoices = [_invoice(rng, at, number, owed.get(number), amounts) for at, number in enumerate(numbers)]
    ids = {int(invoice.number): invoice.id for invoice in invoices}
    return World(clubs=[CLUB], invoices=invoices), [_transfer(payment, ids[payment.meant]) for payment in payments]


def read(folder: Path) -> list[SamplePayment]:
    """The payments of the sample file, as its EXPECTED.json in `folder` lists them."""
    expected = json.loads((folder / "EXPECTED.json").read_text(encoding="utf-8"))[SAMPLE]
    return [
        SamplePayment(
            reference=payment["ref"],
            information=tuple(payment["info"]),
            amount_cents=payment["amount"],
            payer=payment["name"],
        )
        for section in expected["sections"]
        for payment in section["payments"]
    ]


def _invoice(rng: Random, at: int, number: int, owed: SamplePayment | None, amounts: list[int]) -> OpenInvoice:
    issued_on = BOOKED_ON - timedelta(days=rng.randrange(10, 60))
    another = rng.choice(amounts) if rng.random() < 0.2 else rng.randrange(50_000, 2_000_000, 25)
    return OpenInvoice(
        id=at,
        number=str(number),
        ocr=ocr_of(str(number)),
        currency="SEK",
        outstanding_cents=owed.amount_cents if owed else another,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        customer_name=owed.payer if owed else person(rng),
        customer_number="",
        club=CLUB,
        platform=False,
    )


def _transfer(payment: SamplePayment, invoice_id: int) -> NoisyTransfer:
    return NoisyTransfer(
        kind="sample",
        amount_cents=payment.amount_cents,
        currency="SEK",
        booked_on=BOOKED_ON,
        references=(NoisyReference(text=payment.reference, kind="text"),),
        message=" ".join(payment.information) or None,
        counterparty_name=payment.payer,
        truth=(invoice_id,),
    )
