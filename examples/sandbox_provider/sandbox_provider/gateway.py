"""The gateway itself: what a real provider runs on its own servers. Nothing here knows the host."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sandbox_provider.journal import Journal, Record

# Refunds of exactly so many minor units, or all of them where the setting `fails` says so.
FAILURES = {402: "declined", 429: "busy", 503: "down", 504: "lost"}


class Declined(Exception):
    """No money moves."""


class Busy(Exception):
    """Nothing was done; try later."""


class Down(Exception):
    """The connection broke: before the refund was made (down) or after (lost). The caller cannot tell which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund as it is now."""

    id: str
    key: str
    payment: str
    cents: int
    currency: str
    made_at: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A change of the balance: kind is charge, fee, refund, dispute or payout."""

    id: str
    kind: str
    subject: str
    cents: int
    currency: str
    at: datetime
    aliases: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()


class Gateway:
    """Keeps charges and refunds in a journal; what is due of each day is paid out at midnight, UTC."""

    def __init__(self) -> None:
        self.configure()

    def configure(self, *, file: str = "", settles_after_seconds: int = 0, fails: str = "") -> None:
        """Without a file, what happened is forgotten when the process ends. Raises ValueError."""
        if fails not in ("", *FAILURES.values()):
            raise ValueError(f"fails is one of {', '.join(FAILURES.values())}, not {fails}")
        if file and not Path(file).parent.is_dir():
            raise ValueError(f"there is no folder {Path(file).parent}")
        self._journal = Journal(Path(file) if file else None)
        self.settles_after = timedelta(seconds=settles_after_seconds)
        self._fails = fails

    def charge(
        self, cents: int, currency: str, *, fee_cents: int = 0, id: str | None = None, at: datetime | None = None
    ) -> str:
        """Take a payment; one that happened elsewhere, earlier, may be told with its own id and instant."""
        charge = {"record": "charge", "id": id or f"sb_pay_{uuid4().hex[:16]}", "fee_cents": fee_cents}
        with self._journal.exclusively() as journal:
            journal.append({**charge, **_money(cents, currency), "at": (at or _now()).isoformat()})
        return str(charge["id"])

    def refund(self, *, key: str, payment: str, cents: int, currency: str) -> Refund:
        """Send money back, once for each key. A payment never seen is taken as it is told.

        Raises Declined, Busy, Down.
        """
        with self._journal.exclusively() as journal:
            if known := _with(journal.records, key=key):
                if (known["payment"], known["cents"], known["currency"]) != (payment, cents, currency):
                    raise ValueError(f"Key {key} was used for another refund.")
                return self._as_it_is(known)
            failure = self._fails or FAILURES.get(cents)
            self._refuse(failure, journal.records, payment, cents, currency)
            record = {"record": "refund", "id": f"sb_re_{uuid4().hex[:16]}", "key": key, "payment": payment}
            journal.append({**record, **_money(cents, currency), "at": _now().isoformat()})
            if failure == "lost":
                raise Down
            return self._as_it_is(journal.records[-1])

    def dispute(self, payment: str, *, fee_cents: int = 0, at: datetime | None = None) -> str:
        """The payer's bank takes the whole payment back, and a fee. Raises LookupError."""
        with self._journal.exclusively() as journal:
            paid = _with(journal.records, record="charge", id=payment)
            if paid is None:
                raise LookupError(payment)
            dispute = {
                "record": "dispute",
                "id": f"sb_dp_{uuid4().hex[:16]}",
                "payment": payment,
                "fee_cents": fee_cents,
            }
            journal.append({**dispute, **_money(paid["cents"], paid["currency"]), "at": (at or _now()).isoformat()})
        return str(dispute["id"])

    def win(self, dispute: str, *, at: datetime | None = None) -> None:
        """The payer's bank gives back what it took, but not its fee. Raises LookupError."""
        with self._journal.exclusively() as journal:
            taken = _with(journal.records, record="dispute", id=dispute)
            if taken is None:
                raise LookupError(dispute)
            won = {"record": "won", "id": dispute, "payment": taken["payment"], "at": (at or _now()).isoformat()}
            journal.append({**won, **_money(taken["cents"], taken["currency"])})

    def charged(self, payment: str) -> Movement | None:
        """The payment, if it was made here."""
        with self._journal.exclusively() as journal:
            found = _with(journal.records, record="charge", id=payment)
        return next(_moved(found)) if found else None

    def moved(self, subject: str) -> list[Movement]:
        """Every movement of a payment, refund or dispute."""
        with self._journal.exclusively() as journal:
            return [m for record in journal.records for m in _moved(record) if m.subject == subject]

    def find(self, **named: str) -> Refund | None:
        """The refund with this `key` or `id`."""
        with self._journal.exclusively() as journal:
            found = _with(journal.records, record="refund", **named)
        return self._as_it_is(found) if found else None

    def movements(self, start: datetime, end: datetime) -> Iterator[Movement]:
        """What moved the balance in [start, end), oldest first."""
        with self._journal.exclusively() as journal:
            movements = sorted((m for record in journal.records for m in _moved(record)), key=lambda m: m.at)
        every = [*movements, *_payouts(movements, before=end)]
        return iter(sorted((m for m in every if start <= m.at < end), key=lambda m: m.at))

    def _refuse(self, failure: str | None, records: list[Record], payment: str, cents: int, currency: str) -> None:
        if failure == "busy":
            raise Busy
        if failure == "down":
            raise Down
        if failure == "declined":
            raise Declined("The sandbox declines this refund, as it was asked to.")
        paid = _with(records, record="charge", id=payment)
        if paid and paid["currency"] != currency:
            raise Declined(f"The payment was made in {paid['currency']}.")
        refunded = sum(r["cents"] for r in records if r["record"] == "refund" and r["payment"] == payment)
        if paid and refunded + cents > paid["cents"]:
            raise Declined(f"Only {paid['cents'] - refunded} of {paid['cents']} minor units are left on the payment.")

    def _as_it_is(self, record: Record) -> Refund:
        made_at = datetime.fromisoformat(record["at"])
        told = {name: record[name] for name in ("id", "key", "payment", "cents", "currency")}
        return Refund(**told, made_at=made_at, is_settled=_now() >= made_at + self.settles_after)


def _with(records: list[Record], **named: str) -> Record | None:
    return next((record for record in records if all(record.get(name) == named[name] for name in named)), None)


def _moved(record: Record) -> Iterator[Movement]:
    at, currency, kind = datetime.fromisoformat(record["at"]), record["currency"], record["record"]
    own: dict[str, Any] = {"id": f"tx_{record['id']}", "subject": record["id"], "currency": currency, "at": at}
    if kind == "won":
        yield Movement(
            kind="dispute", cents=record["cents"], payments=(record["payment"],), **own | {"id": f"{own['id']}_won"}
        )
        return
    if "payment" in record:
        own |= {"payments": (record["payment"],), "aliases": (record["key"],) if kind == "refund" else ()}
    yield Movement(kind=kind, cents=record["cents"] if kind == "charge" else -record["cents"], **own)
    if record.get("fee_cents"):
        yield Movement(kind="fee", cents=-record["fee_cents"], **own)


def _payouts(movements: list[Movement], *, before: datetime) -> Iterator[Movement]:
    """At each midnight after a day with movements, what is due of it and of the days before, where that is anything."""
    due: dict[tuple[datetime, str], int] = defaultdict(int)
    for movement in movements:
        midnight = datetime.combine(movement.at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        due[midnight, movement.currency] += movement.cents
    rest: dict[str, int] = defaultdict(int)
    for (midnight, currency), cents in sorted(due.items()):
        rest[currency] += cents
        if midnight < before and rest[currency] > 0:
            payout = f"sb_po_{midnight:%Y%m%d}_{currency}"
            own: dict[str, Any] = {"id": f"tx_{payout}", "subject": payout, "currency": currency, "at": midnight}
            yield Movement(kind="payout", cents=-rest.pop(currency), **own)


def _money(cents: int, currency: str) -> Record:
    return {"cents": cents, "currency": currency}


def _now() -> datetime:
    return datetime.now(UTC)
