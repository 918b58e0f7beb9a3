"""A payment that was sent back to an account that is closed: the bank refuses it, and it waits in the inbox again."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import psycopg

from procedures.books import Books, Order
from procedures.receive_transfers import receive
from procedures.return_transfer import send_back
from procedures.settle_reports import settle_reports
from providers.refunding import PayerAccount
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import Jobs

NAMELESS = """
select id from bank_transfer
 where status = 'UNMATCHED' and currency = 'SEK' and amount_cents > 0 and counterparty_name is null and ocr_text is null
 order by booked_on, id limit 1"""
TOLD_ON_THE_PHONE = PayerAccount(bankgiro="378-3511", name="Provbolaget Handel AB")
OUR_BANK = {
    "BILLING_BANKGIROT_DEBTOR_NAME": "Petanque Demo AB",
    "BILLING_BANKGIROT_DEBTOR_IBAN": "SE3550000000054910000003",
    "BILLING_BANKGIROT_DEBTOR_BIC": "ESSESESS",
}


async def try_to_return(database: Database, books: Books, *, now: datetime, actor: str) -> None:
    """Send the first payment that says nothing at all back, in vain."""
    with database.connect() as connection, TemporaryDirectory() as outbox:
        found = connection.execute(NAMELESS).fetchone()
        connection.commit()
        if found is None:
            return
        registry = Registry.load(settings={**OUR_BANK, "BILLING_BANKGIROT_OUTBOX": outbox})
        order = Order(actor=actor, reason="Meant for another company", at=now)
        await send_back(found[0], to=TOLD_ON_THE_PHONE, order=order, books=books, registry=registry)
        [ordered] = Path(outbox).glob("*.xml")  # noqa: ASYNC240 - a folder of one file
        _receive(connection, _refusal(ordered.stem), registry=registry, books=books, order=order)
    await settle_reports(at=now, books=books, jobs=Jobs())


def _receive(
    connection: psycopg.Connection[tuple[UUID]], content: bytes, *, registry: Registry, books: Books, order: Order
) -> None:
    receive(
        connection,
        BytesIO(content),
        file_name="bank-report.xml",
        registry=registry,
        provider=None,
        actor=order.actor,
        reason="Demo",
        now=order.at,
        zone=books.zone,
    )


def _refusal(key: str) -> bytes:
    """The bank's pain.002: the account is closed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>DEMO-{key[-8:]}</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{key}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
        "</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>\n"
    ).encode()
