"""Plugins of every kind, whole and broken: each is listed, none takes the others or the host down."""

import io
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent

import pytest

from billing.refusals import BadInput
from providers import BankFileInvalid, Capability, Offer
from providers.registry import GROUP, ProviderNotConfigured, ProviderUnknown, RegisteredProvider, Registry
from tests.logs import capturing
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt054

ROOT = Path(__file__).parents[2]
BANKGIROT = EntryPoint(name="bankgirot", value="providers.bankgirot.plugin", group=GROUP)
BGMAX = bgmax(PaidIn(payments=[Paid(cents=100)]))

Written = Callable[[str, str], EntryPoint]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes a plugin module that can be imported as long as the test runs."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, source: str) -> EntryPoint:
        module = f"plugin_of_{tmp_path.name}_{name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(
            "from providers import *\nfrom providers import hookimpl, Offer\n" + dedent(source)
        )
        monkeypatch.delitem(sys.modules, module, raising=False)
        return EntryPoint(name=name, value=module, group=GROUP)

    return write


def offering(more: str) -> str:
    """A plugin whose offer says this too."""
    return (
        "class Refunds:\n"
        "    refund = find = print\n"
        "    settles_immediately, needs_payer_account, key_ttl = True, False, 86400\n"
        f"@hookimpl\ndef billing_provider():\n    return Offer(name='acme', display_name='Acme', version='1', {more})\n"
    )


GOOD = """
    @hookimpl
    def billing_provider():
        return Offer(name="acme", display_name="Acme", version="1.0")
"""


def loaded(*points: EntryPoint, settings: Mapping[str, str] | None = None) -> Registry:
    return Registry.load(settings=settings or {}, entry_points=points)


def listed(registry: Registry, name: str) -> RegisteredProvider:
    return next(provider for provider in registry.providers if provider.name == name)


def test_the_projects_own_providers_are_found_by_their_entry_points_and_come_first() -> None:
    assert [provider.name for provider in Registry.load(settings={}).providers][:2] == ["bankgirot", "stripe"]


def test_bankgirot_reads_settlement_files_without_any_settings() -> None:
    assert loaded(BANKGIROT).providers == (
        RegisteredProvider(
            name="bankgirot",
            display_name="Bankgirot",
            version=metadata.version("petanque-billing"),
            capabilities=(Capability.SETTLEMENT_FILES,),
            configured=True,
            healthy=True,
            problem="It sends no money. Not set: BILLING_BANKGIROT_DEBTOR_BIC, BILLING_BANKGIROT_DEBTOR_IBAN, "
            "BILLING_BANKGIROT_DEBTOR_NAME, BILLING_BANKGIROT_OUTBOX.",
        ),
    )


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import no_such_module", "It could not be loaded: ModuleNotFoundError: No module named 'no_such_module'."),
        ("def broken(:", "It could not be loaded: SyntaxError: "),
        ("raise SystemExit('bye')", "It could not be loaded: SystemExit: bye."),
        ("@hookimpl\ndef billing_provider():\n    raise RuntimeError('no luck')", "It could not be loaded: RuntimeError: no luck."),
        ("@hookimpl\ndef billing_provder():\n    return None", "It could not be loaded: PluginValidationError: "),
        ("@hookimpl\ndef billing_provider(settings):\n    return None", "It could not be loaded: PluginValidationError: "),
        ("def billing_provider():\n    return None", "It does not implement the hook billing_provider; is it marked with @hookimpl?"),
        ("@hookimpl\ndef billing_provider():\n    return None", "Its hook must return an Offer, not None."),
        ("@hookimpl\ndef billing_provider():\n    return {'name': 'acme'}", "Its hook must return an Offer, not {'name': 'acme'}."),
        ("@hookimpl\ndef billing_provider():\n    return Offer(name='Acme!', display_name='Acme', version='1')", "It could not be loaded: ValueError: 'Acme!' is not a provider name"),
        ("@hookimpl\ndef billing_provider():\n    return Offer(name='acme', display_name='Acme', version=1)", "It could not be loaded: TypeError: the display name and the version of acme must be text"),
        ("@hookimpl\ndef billing_provider():\n    return Offer(name='acme')", "It could not be loaded: TypeError: "),
        ("raise __import__('asyncio').CancelledError", "It could not be loaded: CancelledError: ."),
        (offering("required_settings=None"), "It could not be loaded: TypeError: the settings that acme needs must be a set of their names."),
        (offering("required_settings='key'"), "It could not be loaded: TypeError: the settings that acme needs must be a set of their names."),
        (offering("refund_settings={1}"), "It could not be loaded: TypeError: the settings that acme needs must be a set of their names."),
        (offering("configure=None"), "It could not be loaded: TypeError: configure and health of acme must be functions."),
        (offering("health='well'"), "It could not be loaded: TypeError: configure and health of acme must be functions."),
        (offering("ledger=type('Ledger', (), {'lines': None})"), "It could not be loaded: TypeError: what acme offers as ledger lacks lines."),
        (offering("refunds=Refunds"), "It could not be loaded: TypeError: the key_ttl of acme must be a timedelta."),
    ],
)  # fmt: skip
def test_a_broken_plugin_is_listed_with_its_problem_and_hides_no_other(
    written: Written, source: str, problem: str
) -> None:
    good = written("acme", GOOD)
    registry = loaded(written("broken", source), BANKGIROT, good)

    assert [provider.name for provider in registry.providers] == ["acme", "bankgirot", "broken"]
    assert [provider.healthy for provider in registry.providers] == [True, True, False]
    broken = listed(registry, "broken")
    assert not broken.configured
    assert (broken.problem or "").startswith(problem)
    with pytest.raises(ProviderNotConfigured):
        registry.offer("broken")


def test_a_plugin_that_is_not_there_at_all_is_listed() -> None:
    missing = EntryPoint(name="gone", value="no_such_distribution.plugin", group=GROUP)
    assert (listed(loaded(missing, BANKGIROT), "gone").problem or "").startswith(
        "It could not be loaded: ModuleNotFoundError"
    )


def test_a_plugin_that_offers_itself_by_another_name_than_its_entry_points_is_listed_with_its_problem(
    written: Written,
) -> None:
    registry = loaded(written("acme_pay", GOOD), BANKGIROT, settings={"BILLING_ACME_PAY_KEY": "k"})

    assert [provider.name for provider in registry.providers] == ["bankgirot", "acme_pay"]
    assert listed(registry, "acme_pay").problem == (
        "Its entry point is named acme_pay, but it offers itself as acme: its settings go by both, so they must be equal."
    )


def test_the_second_plugin_of_a_name_is_left_out_and_says_whose_name_it_is(written: Written) -> None:
    impostor = EntryPoint(name="acme", value=written("acme_too", GOOD.replace("Acme", "Impostor")).value, group=GROUP)
    registry = loaded(impostor, written("acme", GOOD))

    assert registry.offer("acme").display_name == "Acme"
    assert [provider.problem for provider in registry.providers] == [None, "Its name acme is taken by Acme."]


def test_a_plugin_cannot_take_the_name_of_one_of_the_projects_own(written: Written) -> None:
    [own] = metadata.entry_points(group=GROUP, name="bankgirot")
    plugin = written("aaa", GOOD.replace('"acme"', '"bankgirot"'))
    impostor = EntryPoint(name="bankgirot", value=plugin.value, group=GROUP)
    assert loaded(impostor, own).offer("bankgirot").display_name == "Bankgirot"


def test_an_unknown_provider_is_refused_by_name() -> None:
    with pytest.raises(ProviderUnknown, match=r"There is no provider stripe\. There are: bankgirot\.") as refused:
        loaded(BANKGIROT).offer("stripe")
    assert refused.value.details() == {"name": "stripe", "known": ["bankgirot"]}


def test_no_code_but_its_own_knows_stripe() -> None:
    packages = ("billing", "storage", "procedures", "schema", "resolvers", "graphql_api", "providers")
    knowing = [
        path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if "stripe" in path.read_text().lower() and not path.is_relative_to(ROOT / "providers" / "stripe")
    ]
    assert knowing == []


# ---------------------------------------------------------------- settings and health

CONFIGURED = """
    seen = []

    def configure(section):
        seen.append(dict(section))
        if section["key"] == "wrong-secret":
            raise ValueError(f"{section['key']!r} is not a key")

    @hookimpl
    def billing_provider():
        return Offer(name="acme", display_name="Acme", version="1.0", required_settings=frozenset({"key"}), configure=configure)
"""


DEBTOR = {"OUTBOX": "/out", "DEBTOR_NAME": "Us", "DEBTOR_IBAN": "SE3550000000054910000003", "DEBTOR_BIC": "ESSESESS"}


def seen(point: EntryPoint) -> list[dict[str, str]]:
    sections: list[dict[str, str]] = sys.modules[point.value].seen  # type: ignore[attr-defined]
    return sections


def test_a_plugin_is_given_its_own_section_and_nothing_else(written: Written) -> None:
    point = written("acme", CONFIGURED)
    settings = {
        "BILLING_ACME_KEY": "k",
        "billing_acme_url": "u",
        "BILLING_OTHER_KEY": "x",
        "BILLING_ACMEX": "y",
        "HOME": "/root",
    }
    registry = loaded(point, settings=settings)

    assert seen(point) == [{"key": "k", "url": "u"}]
    assert listed(registry, "acme").configured


def test_a_section_is_not_given_to_a_plugin_whose_name_begins_another(written: Written) -> None:
    acme, acme_eu = written("acme", CONFIGURED), written("acme_eu", CONFIGURED.replace('"acme"', '"acme_eu"'))
    loaded(acme, acme_eu, settings={"BILLING_ACME_KEY": "k", "BILLING_ACME_EU_KEY": "e"})

    assert seen(acme) == [{"key": "k"}]
    assert seen(acme_eu) == [{"key": "e"}]


def test_a_plugin_that_lacks_a_setting_is_not_configured_and_not_asked(written: Written) -> None:
    point = written("acme", CONFIGURED)
    registry = loaded(point, BANKGIROT, settings={"BILLING_ACME_KEY": ""})

    assert seen(point) == []
    assert (listed(registry, "acme").configured, listed(registry, "acme").problem) == (
        False,
        "Not set: BILLING_ACME_KEY.",
    )
    with pytest.raises(ProviderNotConfigured, match=r"Provider acme cannot be used\. Not set: BILLING_ACME_KEY\."):
        registry.offer("acme")


def test_of_what_fails_at_its_settings_nothing_is_told_or_logged_that_may_hold_a_secret(written: Written) -> None:
    with capturing() as logged:
        registry = loaded(written("acme", CONFIGURED), settings={"BILLING_ACME_KEY": "wrong-secret"})
    assert listed(registry, "acme").problem == "It failed at its settings with ValueError."
    assert "wrong-secret" not in logged.text


def test_a_plugin_says_in_its_own_words_what_is_wrong_with_its_settings(written: Written) -> None:
    saying = CONFIGURED.replace("raise ValueError(", "raise SettingsUnusable('The key is none.') #")
    registry = loaded(written("acme", saying), settings={"BILLING_ACME_KEY": "wrong-secret"})
    assert listed(registry, "acme").problem == "It refused its settings. The key is none."


@pytest.mark.parametrize(
    ("name", "settings", "problem"),
    [
        ("stripe", {"API_KEY": "x"}, "The API key must begin with one of sk_live_, rk_live_, sk_test_, rk_test_."),
        ("bankgirot", {**DEBTOR, "DEBTOR_IBAN": "x"}, "DEBTOR_IBAN is no IBAN: its length or check digits are wrong."),
        ("sandbox", {"FAILS": "x"}, "Its settings cannot be meant: fails is one of declined, busy, down, lost, not x."),
    ],
)
def test_so_do_the_projects_own(name: str, settings: Mapping[str, str], problem: str) -> None:
    registry = Registry.load(settings={f"BILLING_{name}_{key}".upper(): value for key, value in settings.items()})
    assert listed(registry, name).problem == f"It refused its settings. {problem}"


def test_a_plugin_that_ends_the_process_at_its_settings_is_listed_and_hides_no_other(written: Written) -> None:
    leaving = CONFIGURED.replace("raise ValueError(", "raise SystemExit(0) #")
    registry = loaded(written("acme", leaving), BANKGIROT, settings={"BILLING_ACME_KEY": "wrong-secret"})

    assert listed(registry, "acme").problem == "It failed at its settings with SystemExit."
    assert registry.offer("bankgirot")


@pytest.mark.parametrize(
    ("health", "healthy", "problem"),
    [
        ("lambda: None", True, None),
        ("lambda: 'The last call failed.'", False, "The last call failed."),
        ("lambda: 1 / 0", False, "It cannot tell its health: ZeroDivisionError."),
        ("lambda: exit(0)", False, "It cannot tell its health: SystemExit."),
        ("lambda: True", False, "It cannot tell its health: it gave no text, but a bool."),
        ("dict", False, "It cannot tell its health: it gave no text, but a dict."),
    ],
)
def test_health_is_asked_each_time_the_list_is_read(
    written: Written, health: str, healthy: bool, problem: str | None
) -> None:
    registry = loaded(written("acme", GOOD.replace('version="1.0"', f'version="1.0", health={health}')))
    acme = listed(registry, "acme")
    assert (acme.configured, acme.healthy, acme.problem) == (True, healthy, problem)
    assert registry.offer("acme").name == "acme"


def test_capabilities_are_the_objects_that_an_offer_holds() -> None:
    assert Offer(name="acme", display_name="Acme", version="1").capabilities == ()
    assert loaded(BANKGIROT).offer("bankgirot").capabilities == (Capability.SETTLEMENT_FILES,)


def test_an_object_that_lacks_what_its_capability_asks_for_is_no_offer(written: Written) -> None:
    point = written("acme", GOOD.replace('version="1.0"', 'version="1.0", refunds=object(), ledger=object()'))
    assert listed(loaded(point), "acme").problem == (
        "It could not be loaded: TypeError: what acme offers as refunds lacks refund, find, settles_immediately, "
        "needs_payer_account, key_ttl."
    )


# ---------------------------------------------------------------- recognising files

READER = """
    class Files:
        def recognise(self, head):
            {body}

    @hookimpl
    def billing_provider():
        return Offer(name="{name}", display_name="Acme", version="1.0", settlement_files=Files())
"""


def reader(written: Written, name: str, body: str) -> EntryPoint:
    return written(name, READER.format(name=name, body=body))


@pytest.mark.parametrize(
    ("content", "name"),
    [(BGMAX, "BgMax 01"), (camt054(PaidIn(payments=[Paid(cents=100)]), version="08"), "camt.054.001.08")],
)
@pytest.mark.parametrize("provider", [None, "bankgirot"])
def test_a_file_is_recognised_by_its_content(content: bytes, name: str, provider: str | None) -> None:
    found, recognised = loaded(BANKGIROT).recognise(provider, content[:4096])
    assert (found, recognised.name) == ("bankgirot", name)
    assert len(list(recognised.read(io.BytesIO(content)))) >= 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file: it is empty"),
        (b"Date;Amount\n", "first bytes: they are no format known to bankgirot"),
        (b"<!DOCTYPE html><html/>", "line 1: it declares a document type (DTD), which bank files never do"),
    ],
)
def test_a_file_that_nobody_reads_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BankFileInvalid) as refused:
        loaded(BANKGIROT).recognise(None, content)
    assert refused.value.findings == [message]


def test_a_reader_that_fails_or_objects_does_not_hide_the_one_that_reads(written: Written) -> None:
    failing = reader(written, "aaa", "raise KeyError(head)")
    objecting = reader(
        written,
        "aab",
        "raise __import__('providers').BankFileInvalid([__import__('providers').Finding(where='x', what='y')])",
    )
    assert loaded(failing, objecting, BANKGIROT).recognise(None, BGMAX)[0] == "bankgirot"
    with pytest.raises(BankFileInvalid, match="x: y"):
        loaded(failing, objecting, BANKGIROT).recognise(None, b"Date;Amount")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise KeyError(head)", "KeyError"),
        ("raise SystemExit(0)", "SystemExit"),
        ("return True", "TypeError"),
        ("return FileFormat(name=None, read=iter)", "TypeError"),
        ("return FileFormat(name='a\\0', read=iter)", "ValueError"),
    ],
)
def test_a_file_that_only_a_failing_reader_may_know_is_refused_in_its_name(
    written: Written, body: str, kind: str
) -> None:
    registry = loaded(reader(written, "acme", body), BANKGIROT)
    with pytest.raises(BankFileInvalid) as refused:
        registry.recognise(None, b"Date;Amount")

    assert refused.value.findings == [f"provider acme: its reader failed with {kind}"]
    assert registry.recognise(None, BGMAX)[0] == "bankgirot"


def test_a_provider_that_is_named_must_be_usable_and_read_files(written: Written) -> None:
    registry = loaded(BANKGIROT, written("acme", GOOD))
    with pytest.raises(BadInput, match="Provider acme reads no bank files"):
        registry.recognise("acme", BGMAX)
    with pytest.raises(ProviderUnknown):
        registry.recognise("stripe", BGMAX)


def test_a_provider_that_is_not_configured_reads_no_files(written: Written) -> None:
    unset = READER.format(name="acme", body="return 1").replace(
        'version="1.0"', 'version="1.0", required_settings=frozenset({"key"})'
    )
    with pytest.raises(BankFileInvalid, match="any provider: none reads bank files"):
        loaded(written("acme", unset)).recognise(None, BGMAX)
