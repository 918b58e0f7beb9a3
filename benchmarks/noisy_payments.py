"""How payers write a payment down, and when what they wrote could mean two invoices: for the frozen matching set."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from benchmarks.noisy_names import near, noisy
from benchmarks.open_invoices import OpenInvoice, World, bankgiro, club_name, person

REFERENCE_MAX = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyReference:
    """`kind` is "ocr", "rf" or "text"; `part_cents` where the payer says how much is for this one."""

    text: str
    kind: str
    part_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyTransfer:
    """`earlier` counts earlier transfers of this payer by the club they were assigned to."""

    kind: str
    amount_cents: int
    currency: str
    booked_on: date
    references: tuple[NoisyReference, ...] = ()
    message: str | None = None
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    payee: str | None = None
    earlier: tuple[tuple[int, int], ...] = ()
    truth: tuple[int, ...] = ()


class Unclear(Exception):
    """This draw could mean two invoices: draw anew."""


class Payers:
    """Those who pay the invoices of one world, and how they write."""

    def __init__(self, world: World, rng: Random) -> None:
        self.rng, self.world, self.invoices = rng, world, world.invoices
        self.by_key: dict[str, list[OpenInvoice]] = defaultdict(list)
        self.by_amount: dict[tuple[str, int], list[OpenInvoice]] = defaultdict(list)
        self.by_customer: dict[tuple[str, int], list[OpenInvoice]] = defaultdict(list)
        for invoice in world.invoices:
            for key in dict.fromkeys((digits(invoice.number), invoice.ocr, invoice.ocr[:-1], invoice.ocr[:-2])):
                self.by_key[key].append(invoice)
            self.by_amount[invoice.currency, invoice.outstanding_cents].append(invoice)
            self.by_customer[invoice.customer_name, invoice.club.id].append(invoice)

    def pick(self) -> OpenInvoice:
        return self.rng.choice(self.invoices)

    def typed(self, invoice: OpenInvoice, text: str) -> NoisyTransfer:
        """A reference typed by the payer, whose name is shown; left out only where the number says it all."""
        named = self.rng.random() < 0.85
        self.told_apart(invoice, text, invoice.outstanding_cents, invoice.customer_name if named else None)
        form = self.rng.choice(("{}", "{}", "{}", "OCR {}", "ocr: {}", "ref {}"))
        return self.written(invoice, form.format(text), named=1.0 if named else 0.0)

    def written(
        self,
        invoice: OpenInvoice,
        text: str,
        *,
        amount: int | None = None,
        truth: tuple[int, ...] | None = None,
        named: float,
    ) -> NoisyTransfer:
        """Free text in the reference field (cut where it ends, whole in the message), in the message, or in both."""
        place = self.rng.choices(("reference", "message", "both"), (60, 25, 15))[0]
        references = (NoisyReference(text=text[:REFERENCE_MAX], kind="text"),) if place != "message" else ()
        message = text if place != "reference" or len(text) > REFERENCE_MAX else None
        return self.paid(invoice, references=references, message=message, amount=amount, truth=truth, named=named)

    def paid(
        self,
        invoice: OpenInvoice,
        *,
        references: tuple[NoisyReference, ...] = (),
        message: str | None = None,
        amount: int | None = None,
        truth: tuple[int, ...] | None = None,
        named: float,
    ) -> NoisyTransfer:
        is_named = self.rng.random() < named
        by_club = invoice.platform and is_named and self.rng.random() < 0.5
        return NoisyTransfer(
            kind="",
            amount_cents=invoice.outstanding_cents if amount is None else amount,
            currency=invoice.currency,
            booked_on=invoice.due_on + timedelta(days=self.rng.choice((-20, -6, -3, -2, -1, 0, 0, 1, 1, 3, 10, 30))),
            references=references,
            message=message,
            counterparty_name=noisy(invoice.customer_name, self.rng) if is_named else None,
            counterparty_account=invoice.club.bankgiro if by_club else None,
            payee=invoice.club.payee if not invoice.platform else None,
            earlier=self.earlier(invoice) if is_named else (),
            truth=(invoice.id,) if truth is None else truth,
        )

    def earlier(self, invoice: OpenInvoice) -> tuple[tuple[int, int], ...]:
        """Four in ten payers are known; a few of them pay for several clubs, or only for others."""
        if self.rng.random() > 0.4:
            return ()
        own = (invoice.club.id, self.rng.randrange(1, 6))
        other = (self.rng.choice(self.world.clubs).id, self.rng.randrange(1, 4))
        known = self.rng.choices(((own,), (own, other), (other,)), (80, 12, 8))[0]
        return tuple(dict(known).items())

    def unrelated(self, transfer: NoisyTransfer) -> NoisyTransfer:
        """The same paid by somebody, if named at all, whose name is on no open invoice of this amount."""
        landlord = f"Hyresvärden {bankgiro(self.rng)[:2]} AB"
        name = self.rng.choice((None, person(self.rng).upper(), person(self.rng), club_name(self.rng), landlord))
        alike = self.by_amount.get((transfer.currency, transfer.amount_cents), ())
        if name and any(near(name, invoice.customer_name) for invoice in alike):
            raise Unclear
        return replace(transfer, counterparty_name=name)

    def random_digits(self, length: int) -> str:
        return str(self.rng.randrange(10 ** (length - 1), 10**length))

    def rivals(self, typed: str) -> list[OpenInvoice]:
        """Every open invoice whose number or OCR is what was typed, or one slip away from it."""
        return [invoice for key in _one_slip(digits(typed)) for invoice in self.by_key.get(key, ())]

    def told_apart(self, invoice: OpenInvoice, typed: str, amount: int, name: str | None) -> None:
        """Raise `Unclear` where what is typed, the amount and the name (None: not shown) could mean another invoice."""
        exact = self.by_key.get(digits(typed), ())
        alike = [i for i in self.rivals(typed) if (i.currency, i.outstanding_cents) == (invoice.currency, amount)]
        for rival in (*exact, *alike):
            if rival.id != invoice.id and (name is None or near(rival.customer_name, name)):
                raise Unclear


def digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _one_slip(typed: str) -> list[str]:
    """What was meant, if one digit was left out, miswritten or swapped with the next."""
    found = {typed: None}
    for at in range(len(typed) + 1):
        for digit in "0123456789":
            found[typed[:at] + digit + typed[at:]] = None
            found[typed[:at] + digit + typed[at + 1 :]] = None
        found[typed[:at] + typed[at + 1 : at + 2] + typed[at : at + 1] + typed[at + 2 :]] = None
    return list(found)
