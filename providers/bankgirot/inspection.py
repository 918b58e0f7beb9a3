"""What is noticed while a file is read: faults, for which nothing of it is booked, and warnings, with which it is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn

from billing.money import exponent
from providers.settlement_files import BankFileInvalid, Finding, Warning  # noqa: A004 - the contract's word

FAULTS_MAX = 1_000
WARNINGS_MAX = 100


def sum_text(cents: int, currency: str) -> str:
    """A sum for people. Not an amount of `Money`: what a damaged file adds up to can be larger than any."""
    places = exponent(currency)
    return f"{Decimal(cents).scaleb(-places):,.{places}f} {currency}".replace(",", "\N{NO-BREAK SPACE}")


class Inspection:
    """Collects until the end of the file, so that a person sees all that is wrong with it at once."""

    def __init__(self) -> None:
        self._faults: list[Finding] = []
        self._warnings: list[str] = []
        self._warnings_more = 0

    def fault(self, where: str, what: str) -> None:
        """Note a fault and read on. Raises `BankFileInvalid` when there are too many to be worth it."""
        self._faults.append(Finding(where=where, what=what))
        if len(self._faults) == FAULTS_MAX:
            raise BankFileInvalid(self._faults)

    def stop(self, where: str, what: str) -> NoReturn:
        """Note a fault after which nothing can be made of the rest. Raises `BankFileInvalid`."""
        raise BankFileInvalid([*self._faults, Finding(where=where, what=what)])

    def warn(self, text: str) -> None:
        if len(self._warnings) < WARNINGS_MAX:
            self._warnings.append(text)
        else:
            self._warnings_more += 1

    def conclude(self) -> Iterator[Warning]:
        """The warnings of a file that was read to its end. Raises `BankFileInvalid` if there was any fault."""
        if self._faults:
            raise BankFileInvalid(self._faults)
        for text in self._warnings:
            yield Warning(text=text)
        if self._warnings_more:
            yield Warning(text=f"There are {self._warnings_more} more warnings.")
