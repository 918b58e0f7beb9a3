"""What a camt statement says about itself, held against its entries: counts, sums, balances."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from billing.money import Money
from providers.bankgirot.camt import Balance, Entry, Statement
from providers.bankgirot.camt_figures import Unreadable, day, is_credit, signed
from providers.bankgirot.inspection import Inspection, sum_text
from providers.settlement_files import StatementBalance

OPENINGS = ("OPBD", "PRCD")
CLOSING = "CLBD"
FIGURE = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,17})?")


class StatementTotals:
    """The entries of one statement, added up as they go by."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._booked_cents: Counter[str] = Counter()
        self._are_known = True

    def add(self, entry: Entry, amount: Money, *, is_booked: bool) -> None:
        """Count an entry of `amount` (signed)."""
        side = "credits" if is_credit(entry) else "debits"
        for key in (side, "entries", *((f"booked {side}", "booked entries") if is_booked else ())):
            self._counts[key] += 1
            self._sums[key] += Decimal(entry.amount or 0)
        if is_booked:
            self._booked_cents[amount.currency] += amount.cents

    def leave_out(self) -> None:
        """An entry could not be read, so the totals cannot be judged."""
        self._are_known = False

    def check(self, statement: Statement, account: str, inspection: Inspection) -> Iterator[StatementBalance]:
        """The balances of a statement. What does not agree with its entries is a fault."""
        if not statement.is_whole:
            if statement.balances or any(stated for _, *figures in _summary(statement) for stated in figures):
                inspection.warn(f"Statement {statement.id} is one of several pages: no totals or balances were read.")
            return
        try:
            if self._are_known:
                self._check_summary(statement, inspection)
            for currency in sorted({balance.currency or "" for balance in statement.balances}):
                opening, closing = _balance(statement, OPENINGS, currency), _balance(statement, (CLOSING,), currency)
                if opening is not None and closing is not None:
                    yield self._checked(statement, account, opening, closing, inspection)
        except Unreadable as unreadable:
            inspection.fault(_where(statement), str(unreadable))

    def _check_summary(self, statement: Statement, inspection: Inspection) -> None:
        """A summary may count what is booked, or everything that is listed."""
        for side, count, total in _summary(statement):
            for figure, stated, there in (("number", count, self._counts), ("sum", total, self._sums)):
                if stated is not None and _figure(stated) not in (there[side], there[f"booked {side}"]):
                    what = f"the {figure} of {side} is stated as {stated}, it is {there[f'booked {side}']}"
                    inspection.fault(_where(statement), what)
        if statement.net is not None:
            net = -_figure(statement.net) if statement.net_side == "DBIT" else _figure(statement.net)
            booked = self._sums["booked credits"] - self._sums["booked debits"]
            either = (booked, self._sums["credits"] - self._sums["debits"])
            if net not in either and (statement.net_side is not None or -net not in either):
                inspection.fault(_where(statement), f"the net of entries is stated as {net}, it is {booked}")

    def _checked(
        self, statement: Statement, account: str, opening: Balance, closing: Balance, inspection: Inspection
    ) -> StatementBalance:
        before, after = signed(opening), signed(closing)
        reached = before.cents + self._booked_cents[before.currency]
        if self._are_known and reached != after.cents:
            what = (
                f"opening balance and entries make {sum_text(reached, before.currency)}, the closing balance is {after}"
            )
            inspection.fault(_where(statement), what)
        return StatementBalance(
            account=account,
            opening=before,
            closing=after,
            from_day=day(opening.day),
            to_day=day(closing.day),
            sequence=statement.sequence,
        )


def _summary(statement: Statement) -> Iterator[tuple[str, str | None, str | None]]:
    """What is stated of all entries, of credits and of debits: how many they are, and their sum."""
    yield "entries", statement.entries_count, statement.entries_sum
    yield "credits", statement.credits_count, statement.credits_sum
    yield "debits", statement.debits_count, statement.debits_sum


def _balance(statement: Statement, types: tuple[str, ...], currency: str) -> Balance | None:
    """The one balance of the first of `types` that is there; None where there is none, or one for each of several days."""
    for kind in types:
        found = [one for one in statement.balances if one.type == kind and (one.currency or "") == currency]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _figure(text: str) -> Decimal:
    if not FIGURE.fullmatch(text):
        raise Unreadable(f"{text!r} in the summary is no number")
    return Decimal(text)


def _where(statement: Statement) -> str:
    return f"line {statement.line}, statement {statement.id}"
