"""The frozen matching set: bank transfers as people really write them, each with the invoices it truly pays.

Written and frozen before the matcher was tuned, and knowing nothing of it: do not change it, or figures of different
days say nothing about each other. A transfer's `truth` is empty where nobody could know, or where it pays no invoice of
ours; every other one can be told from what it says: where a slip of the pen leads to several open invoices of the same
amount, the payer's name decides, and where two payers could be meant, it is drawn anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from rapidfuzz.distance import Levenshtein
from stdnum.iso7064 import mod_97_10

from benchmarks.noisy_names import near, noisy, plain
from benchmarks.noisy_payments import NoisyReference, NoisyTransfer, Payers, Unclear, digits
from benchmarks.open_invoices import TODAY, World, ocr_of, person


class Noise(Payers):
    """Draws transfers against one world, one method a kind."""

    # references that are OCR numbers

    def clean_ocr(self) -> NoisyTransfer:
        invoice = self.pick()
        return self.paid(invoice, references=(NoisyReference(text=invoice.ocr, kind="ocr"),), named=0.8)

    def rf_reference(self) -> NoisyTransfer:
        invoice = self.pick()
        rf = f"RF{mod_97_10.calc_check_digits(invoice.ocr + 'RF')}{invoice.ocr}"
        spaced = " ".join(rf[i : i + 4] for i in range(0, len(rf), 4))
        if self.rng.random() < 0.5:
            return self.paid(invoice, references=(NoisyReference(text=rf, kind="rf"),), named=0.8)
        return self.written(invoice, spaced, named=0.8)

    def wrong_digit(self) -> NoisyTransfer:
        invoice = self.pick()
        at = self.rng.randrange(len(invoice.ocr))
        digit = self.rng.choice([d for d in "0123456789" if d != invoice.ocr[at]])
        return self.typed(invoice, invoice.ocr[:at] + digit + invoice.ocr[at + 1 :])

    def swapped_digits(self) -> NoisyTransfer:
        invoice = self.pick()
        ocr = invoice.ocr
        at = self.rng.choice([i for i in range(len(ocr) - 1) if ocr[i] != ocr[i + 1]])
        return self.typed(invoice, ocr[:at] + ocr[at + 1] + ocr[at] + ocr[at + 2 :])

    def missing_digit(self) -> NoisyTransfer:
        invoice = self.pick()
        at = self.rng.randrange(len(invoice.ocr) - 2)
        return self.typed(invoice, invoice.ocr[:at] + invoice.ocr[at + 1 :])

    def missing_check_digit(self) -> NoisyTransfer:
        invoice = self.pick()
        return self.typed(invoice, invoice.ocr[:-1])

    def missing_length_digit(self) -> NoisyTransfer:
        invoice = self.pick()
        return self.typed(invoice, invoice.ocr[:-2] + invoice.ocr[-1])

    def spaced_ocr(self) -> NoisyTransfer:
        invoice = self.pick()
        size = self.rng.choice((3, 4))
        separator = self.rng.choice((" ", "-", " ", "."))
        return self.typed(invoice, separator.join(invoice.ocr[i : i + size] for i in range(0, len(invoice.ocr), size)))

    # invoice numbers in free text

    def bare_number(self) -> NoisyTransfer:
        invoice = self.pick()
        return self.typed(invoice, invoice.number)

    def free_text(self) -> NoisyTransfer:
        invoice = self.pick()
        form = self.rng.choice((
            "faktura {n} kund nr {c}", "FAKTNR {n}, KUNDNR {c}", "KUNDNR {c} FAKTURA {n}", "fakturanr {n} kund {c}",
            "Faktnr: {n}", "faktura: {n}", "{n}/{c}", "{c}/{n}", "K{c} f{n}", "F-{n} kund {c}", "{c} {n}",
            "FNR. {n} KUNDNR. {c}", " {n}  KUNDNR  {c}", "{n} {c}", "OCR {o}", "ocr:{o}", "Avser faktura nr {n}",
            "Betalning av faktura {n}. Hälsningar {name}", "Medlemsavgift {year}, {name}, faktura {n}", "Faktura{n}",
            "ref {o} {name}", "inv no {n}", "Viite {o}", "{name} {n}", "{club} {n}",
            "Faktura {n} förfallodag 2026-10-31", "{n} tel 070-174 06 05", "faktura {n} 450,00 kr", "{o} 2026-11-02",
        ))  # fmt: skip
        text = form.format(
            n=invoice.number,
            o=invoice.ocr,
            c=invoice.customer_number,
            name=invoice.customer_name,
            year=TODAY.year,
            club=invoice.club.name,
        )
        self.told_apart(invoice, invoice.number, invoice.outstanding_cents, invoice.customer_name)
        return self.written(invoice, text, named=1.0)

    def two_numbers(self) -> NoisyTransfer:
        several = self.rng.choice([group for group in self.by_customer.values() if len(group) > 1])
        one, two = self.rng.sample(list(several), 2)
        form = self.rng.choice(("{}+{}", "Faktura {} och {}", "faktnr {}, {}", "{} {}", "{} & {}", "fakt {} / {}"))
        text = form.format(one.number, two.number) if self.rng.random() < 0.6 else form.format(one.ocr, two.ocr)
        amount = one.outstanding_cents + two.outstanding_cents
        return self.written(one, text, amount=amount, truth=(one.id, two.id), named=1.0)

    def part_amounts(self) -> NoisyTransfer:
        several = self.rng.choice([group for group in self.by_customer.values() if len(group) > 1])
        parts = tuple(NoisyReference(text=i.ocr, kind="ocr", part_cents=i.outstanding_cents) for i in several)
        amount = sum(i.outstanding_cents for i in several)
        return self.paid(several[0], references=parts, amount=amount, truth=tuple(i.id for i in several), named=0.7)

    def wrong_number_right_name(self) -> NoisyTransfer:
        """The number was miswritten into another open invoice's, for the same amount: only the name tells."""
        invoice = self.pick()
        at = self.rng.randrange(len(invoice.number) - 2, len(invoice.number))
        wrong = invoice.number[:at] + self.rng.choice("0123456789") + invoice.number[at + 1 :]
        others = [i for i in self.by_key[digits(wrong)] if i.number == wrong and i.id != invoice.id]
        same = [i for i in others if (i.currency, i.outstanding_cents) == (invoice.currency, invoice.outstanding_cents)]
        if not same or any(near(i.customer_name, invoice.customer_name) for i in others):
            raise Unclear
        self.told_apart(invoice, wrong, invoice.outstanding_cents, invoice.customer_name)
        return self.written(invoice, self.rng.choice(("{}", "faktura {}")).format(wrong), named=1.0)

    # amounts and payers that differ

    def short_by_fee(self) -> NoisyTransfer:
        invoice = self.pick()
        amount = invoice.outstanding_cents - self.rng.choice((2_500, 3_000, 5_000, 7_500))
        self.told_apart(invoice, invoice.number, amount, invoice.customer_name)
        if self.rng.random() < 0.5:
            return self.paid(
                invoice, references=(NoisyReference(text=invoice.ocr, kind="ocr"),), amount=amount, named=0.8
            )
        return self.written(invoice, f"faktura {invoice.number}", amount=amount, named=1.0)

    def paid_by_another(self) -> NoisyTransfer:
        invoice = self.pick()
        club = self.rng.random() < 0.6
        payer = self.rng.choice(self.world.clubs).name if club else person(self.rng)
        self.told_apart(invoice, invoice.ocr, invoice.outstanding_cents, None)
        if near(payer, invoice.customer_name):
            raise Unclear
        form = self.rng.choice(("{o}", "{o}", "{o} avser {name}", "OCR {o} för {club}", "{n} {name}"))
        if "{n}" in form:
            self.told_apart(invoice, invoice.number, invoice.outstanding_cents, None)
        text = form.format(o=invoice.ocr, n=invoice.number, name=invoice.customer_name, club=invoice.club.name)
        return replace(self.written(invoice, text, named=0.0), counterparty_name=payer.upper())

    def late_or_early(self) -> NoisyTransfer:
        transfer = self.clean_ocr() if self.rng.random() < 0.5 else self.bare_number()
        return replace(
            transfer, booked_on=transfer.booked_on + timedelta(days=self.rng.choice((-20, -9, 80, 150, 210)))
        )

    def name_only(self) -> NoisyTransfer:
        invoice = self.pick()
        alike = self.by_amount[invoice.currency, invoice.outstanding_cents]
        shown = noisy(invoice.customer_name, self.rng)
        distances = sorted((Levenshtein.distance(plain(shown), plain(i.customer_name)), i.id) for i in alike)
        if distances[0][1] != invoice.id or (len(distances) > 1 and distances[1][0] <= distances[0][0] + 1):
            raise Unclear
        said = self.rng.choice((None, None, "Medlemsavgift", "årsavgift 2026", invoice.club.name, "avgift", "tack"))
        return replace(self.paid(invoice, message=said, named=0.0), counterparty_name=shown)

    # no invoice of ours, or nobody could know

    def inside_longer_number(self) -> NoisyTransfer:
        invoice = self.pick()
        more = self.random_digits(self.rng.randrange(3, 9))
        text = self.rng.choice((invoice.ocr + more, more + invoice.ocr, more + digits(invoice.number) + more[:2]))
        amount = invoice.outstanding_cents if self.rng.random() < 0.5 else self.rng.randrange(10_000, 500_000)
        return self.unrelated(self.written(invoice, text, amount=amount, truth=(), named=0.0))

    def not_ours(self) -> NoisyTransfer:
        invoice = self.pick()
        number = self.random_digits(self.rng.choice((6, 7, 8, 9)))
        if self.rivals(number) or self.rivals(ocr_of(number)):
            raise Unclear
        form = self.rng.choice(("{}", "faktura {}", "OCR {}", "hyra {}", "{} tack för lånet", "swish {}"))
        amount = invoice.outstanding_cents if self.rng.random() < 0.6 else self.rng.randrange(10_000, 500_000)
        text = form.format(self.rng.choice((number, ocr_of(number))))
        return self.unrelated(self.written(invoice, text, amount=amount, truth=(), named=0.0))

    def paid_already(self) -> NoisyTransfer:
        """The right number of an invoice that is open no longer; its customer owes another sum."""
        invoice = self.pick()
        number = str(139_000 + self.rng.randrange(1_000))
        amount = self.rng.randrange(10_000, 500_000, 25) + 7
        transfer = self.written(invoice, f"faktura {number}", amount=amount, truth=(), named=1.0)
        if self.rivals(number):
            raise Unclear
        return transfer

    def amount_alone(self) -> NoisyTransfer:
        invoice = self.pick()
        said = self.rng.choice((None, "Medlemsavgift", "årsavgift 2026", "avgift"))
        return replace(self.paid(invoice, message=said, truth=(), named=0.0), earlier=(), counterparty_account=None)


def _shares(noise: Noise) -> Sequence[tuple[Callable[[], NoisyTransfer], int]]:
    """Every kind of transfer and its share of the set, in percent."""
    return (
        (noise.clean_ocr, 10), (noise.rf_reference, 2), (noise.wrong_digit, 9), (noise.swapped_digits, 7),
        (noise.missing_digit, 6), (noise.missing_check_digit, 5), (noise.missing_length_digit, 4), (noise.spaced_ocr, 3),
        (noise.bare_number, 7), (noise.free_text, 11), (noise.two_numbers, 4), (noise.part_amounts, 2),
        (noise.wrong_number_right_name, 3), (noise.short_by_fee, 5), (noise.paid_by_another, 5), (noise.late_or_early, 2),
        (noise.name_only, 5), (noise.inside_longer_number, 3), (noise.not_ours, 4), (noise.paid_already, 1),
        (noise.amount_alone, 2),
    )  # fmt: skip


def noisy_transfers(world: World, seed: int, *, count: int = 5_000) -> list[NoisyTransfer]:
    """`count` transfers against `world`, kinds in fixed shares; the same seed gives the same transfers."""
    rng = Random(f"noisy transfers {seed}")
    shares = _shares(Noise(world, rng))
    drawn: list[NoisyTransfer] = []
    while len(drawn) < count:
        draw = rng.choices([kind for kind, _ in shares], [share for _, share in shares])[0]
        drawn.append(_drawn(draw))
    return drawn


def _drawn(draw: Callable[[], NoisyTransfer]) -> NoisyTransfer:
    while True:
        try:
            return replace(draw(), kind=draw.__name__)
        except Unclear:
            continue


def digest(transfers: Sequence[NoisyTransfer]) -> str:
    """A short fingerprint of the set: equal figures of two days are of equal sets."""
    return hashlib.sha256("\n".join(map(repr, transfers)).encode()).hexdigest()[:16]
