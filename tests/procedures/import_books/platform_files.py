"""The platform's files for tests: each row given by what matters in the test, the rest as in `USUAL`."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]

USUAL: dict[str, dict[str, object]] = {
    "tenants": {
        "external_id": "T1", "name": "Boule Club Lund", "country": "SE", "currency": "SEK", "created_on": "2024-01-01",
    },
    "plans": {
        "code": "club", "name": "Club", "tier": 1, "amount_cents": 10000, "currency": "SEK", "interval": "month",
        "interval_count": 1,
    },
    "subscriptions": {
        "external_id": "S1", "tenant": "T1", "plan": "club", "status": "active", "amount_cents": 10000, "currency": "SEK",
        "amount_eur_cents": 1000, "started_on": "2024-01-01", "trial_ends_on": "", "current_period_start": "2024-03-01",
        "current_period_end": "2024-04-01", "cancelled_on": "",
    },
    "plan_history": {
        "subscription": "S1", "effective_on": "2024-01-01", "kind": "started", "plan": "club", "amount_cents": 10000,
        "amount_eur_cents": 1000,
    },
    "cancellations": {
        "subscription": "S1", "cancelled_on": "2024-03-01", "mode": "now", "reason": "too_expensive",
    },
    "invoices": {
        "external_id": "I1", "tenant": "T1", "number": "1001", "ocr": "10015", "issuer_type": "platform",
        "customer_name": "Boule Club Lund", "currency": "SEK", "total_cents": 12500, "tax_cents": 2500,
        "issued_on": "2024-03-01", "due_on": "2024-03-31", "status": "", "subscription": "",
    },
    "invoice_lines": {
        "invoice": "I1", "description": "Club, March", "net_cents": 10000, "vat_rate": 25, "vat_cents": 2500,
    },
    "payments": {
        "external_id": "P1", "tenant": "T1", "invoice": "I1", "method": "card", "provider": "sandbox",
        "provider_reference": "ch_1", "amount_cents": 12500, "fee_cents": 250, "currency": "SEK",
        "paid_at": "2024-03-10T10:00:00Z", "status": "succeeded",
    },
    "refunds": {
        "external_id": "R1", "payment": "P1", "amount_cents": 5000, "provider_reference": "re_1",
        "refunded_at": "2024-03-20T10:00:00Z", "actor": "finance@petanque.test", "reason": "Paid for too many members",
    },
    "costs": {
        "booked_on": "2024-03-05", "account": "5910", "amount_cents": 40000, "currency": "SEK", "description": "Advert",
    },
    "balances": {"on": "2024-01-01", "account": "1930", "amount_cents": 500000, "currency": "SEK"},
    "fx_rates": {"on": "2024-01-01", "currency": "SEK", "rate": 10},
}  # fmt: skip


def write(folder: Path, **files: Sequence[Row]) -> Path:
    """Write each file with its rows; a row that leaves a column out has its usual value. Gives the folder, emptied before."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, rows in files.items():
        columns = list(dict.fromkeys([*USUAL[name], *(column for row in rows for column in row)]))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(USUAL[name] | dict(row) for row in rows)
    return folder


def lines(folder: Path, name: str, *text: str) -> Path:
    """Write a file line by line, as they are; gives the folder."""
    (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
    return folder
