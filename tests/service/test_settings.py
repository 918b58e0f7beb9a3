"""Settings: what the environment may say, and how a mistake in it is told."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from billing.dunning import Action, Stage
from graphql_api.cli.serve import with_a_bank
from graphql_api.settings import Settings, SettingsRefused, load_settings
from providers.registry import Registry

BOTH_URLS = {
    "BILLING_DATABASE_URL": "postgresql://billing_app:geheim@db.example/books",
    "BILLING_OWNER_DATABASE_URL": "host=db.example user=billing_owner password='hemligt ord' dbname=books",
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BILLING_DATA_DIR")


def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refused(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    with pytest.raises(SettingsRefused) as refusal:
        told(monkeypatch, **environment)
    assert "\n" not in str(refusal.value)
    return refusal.value.problems


def test_without_any_setting_everything_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/ann")

    assert load_settings() == Settings(
        database_url=None,
        owner_database_url=None,
        data_dir=Path("/home/ann/.local/share/petanque-billing"),
        host="127.0.0.1",
        port=8000,
        reporting_currency="EUR",
        time_zone=ZoneInfo("Europe/Stockholm"),
        oidc_issuer=None,
        oidc_audience=None,
        oidc_at_jwt_only=False,
    )


def test_the_data_of_root_are_the_systems_and_a_user_may_move_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/mnt/data")

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert load_settings().data_dir == Path("/mnt/data/petanque-billing")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert load_settings().data_dir == Path("/var/lib/petanque-billing")
    assert told(monkeypatch, BILLING_DATA_DIR="/srv/books").data_dir == Path("/srv/books")


def test_folders_are_the_same_to_all_who_are_told_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.chdir(tmp_path)

    settings = told(monkeypatch, BILLING_DATA_DIR="~/books", BILLING_BANKGIROT_INBOX="bank")

    assert (settings.data_dir, settings.bankgirot_inbox) == (Path("/home/ann/books"), tmp_path / "bank")


def test_passwords_are_masked_wherever_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, **BOTH_URLS, BILLING_BANKGIROT_KEY="nyckel")

    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"

    assert not {"geheim", "hemligt", "nyckel"} & set(shown.replace("'", " ").split())
    assert "geheim" not in shown
    assert "hemligt" not in shown
    assert "nyckel" not in shown
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == BOTH_URLS["BILLING_DATABASE_URL"]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("BILLING_PORT", "70000", "BILLING_PORT: Input should be less than or equal to 65535."),
        ("BILLING_PORT", "", "BILLING_PORT: Input should be a valid integer, unable to parse string as an integer."),
        ("BILLING_HOST", "", "BILLING_HOST: String should have at least 1 character."),
        ("BILLING_TIME_ZONE", "Mars/Olympus", "BILLING_TIME_ZONE: invalid timezone: Mars/Olympus."),
        ("BILLING_REPORTING_CURRENCY", "SEK", "BILLING_REPORTING_CURRENCY: the books weigh every amount in EUR, and its fields are named so; leave it out."),
        ("BILLING_DATABASE_URL", "", "BILLING_DATABASE_URL: it is no PostgreSQL URL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE."),
        ("BILLING_DATABASE_URL", "mysql://a:geheim@b/c", "BILLING_DATABASE_URL: it is no PostgreSQL URL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE."),
        ("BILLING_OWNER_DATABASE_URL", "dbname=books", "BILLING_OWNER_DATABASE_URL is set, but BILLING_DATABASE_URL is not."),
        ("BILLING_OIDC_ISSUER", "login.example", "BILLING_OIDC_ISSUER: it must be an https:// URL, of a host and perhaps a port."),
        ("BILLING_OIDC_ISSUER", "http://login.example", "BILLING_OIDC_ISSUER: it must be an https:// URL, of a host and perhaps a port."),
        ("BILLING_OIDC_ISSUER", "https://login.example", "BILLING_OIDC_ISSUER and BILLING_OIDC_AUDIENCE are set both or not at all."),
        ("BILLING_OIDC_AUDIENCE", "books", "BILLING_OIDC_ISSUER and BILLING_OIDC_AUDIENCE are set both or not at all."),
        ("BILLING_OIDC_CLIENT_ID", "books", "BILLING_OIDC_CLIENT_ID needs BILLING_OIDC_ISSUER and BILLING_PUBLIC_URL beside it."),
        ("BILLING_OIDC_CLIENT_SECRET", "geheim", "BILLING_OIDC_CLIENT_SECRET is set, but BILLING_OIDC_CLIENT_ID is not."),
        ("BILLING_PUBLIC_URL", "http://billing.example", "BILLING_PUBLIC_URL: it must be an https:// URL, of a host and perhaps a port."),
        ("BILLING_PUBLIC_URL", "https://billing.example/finance", "BILLING_PUBLIC_URL: it is a scheme, a host and perhaps a port, such as https://billing.example.org."),
        ("BILLING_PUBLIC_URL", "https://ann@billing.example", "BILLING_PUBLIC_URL: it is a scheme, a host and perhaps a port, such as https://billing.example.org."),
        ("BILLING_SESSION_IDLE_SECONDS", "299", "BILLING_SESSION_IDLE_SECONDS: Input should be greater than or equal to 300."),
        ("BILLING_PUBLIC_URL", "https://localhost:abc", "BILLING_PUBLIC_URL: it must be an https:// URL, of a host and perhaps a port."),
        ("BILLING_OIDC_ISSUER", "https://login.example:65536", "BILLING_OIDC_ISSUER: it must be an https:// URL, of a host and perhaps a port."),
        ("BILLING_SMTP_URL", "smtp://mail.example:99999", "BILLING_SMTP_URL: it is no mail server; write smtp://USER:PASSWORD@HOST:PORT, or smtps://."),
        ("BILLING_SMTP_URL", "smtp://ann:ge/heim@mail.example", "BILLING_SMTP_URL: it is no mail server; write smtp://USER:PASSWORD@HOST:PORT, or smtps://."),
        ("BILLING_REDIS_URL", "redis://cache.example:abc/0", "BILLING_REDIS_URL: it is no Redis or Valkey URL; write redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss://."),
        ("BILLING_REDIS_URL", "redis://cache.example:0", "BILLING_REDIS_URL: it is no Redis or Valkey URL; write redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss://."),
        ("BILLING_SESSION_IDLE_SECONDS", "604801", "BILLING_SESSION_IDLE_SECONDS: Input should be less than or equal to 604800."),
        ("BILLING_DATA_DIR", "", "BILLING_DATA_DIR: it is empty; name a folder."),
        ("BILLING_DATA_DIR", "~nobody-knows/books", "BILLING_DATA_DIR: it begins with a user who is not known here; name the folder in full."),
        ("BILLING_BANKGIROT_INBOX", "", "BILLING_BANKGIROT_INBOX: it is empty; name a folder."),
        ("BILLING_SESSION_SECONDS", "604801", "BILLING_SESSION_SECONDS: Input should be less than or equal to 604800."),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    assert refused(monkeypatch, **{name: value}) == [problem]


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(refused(monkeypatch, BILLING_PORT="x", BILLING_TIME_ZONE="y", BILLING_OIDC_ISSUER="z")) == 3


def test_the_service_and_the_owner_are_two_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    url = BOTH_URLS["BILLING_DATABASE_URL"]

    (problem,) = refused(monkeypatch, BILLING_DATABASE_URL=url, BILLING_OWNER_DATABASE_URL=url.replace("geheim", "x"))

    assert problem == (
        "BILLING_DATABASE_URL and BILLING_OWNER_DATABASE_URL enter as the same role; "
        "the service must not own the tables it writes to."
    )


def test_an_issuer_on_this_machine_needs_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, BILLING_OIDC_ISSUER="http://127.0.0.1:9000/realms/x", BILLING_OIDC_AUDIENCE="books")

    assert settings.oidc_issuer == "http://127.0.0.1:9000/realms/x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BILLING_HOST", "0.0.0.0"),
        ("BILLING_HOST", "::"),
        ("BILLING_HOST", "billing.example"),
        ("BILLING_HOST", "127.0.0.1.billing.example"),
        ("BILLING_PUBLIC_URL", "https://billing.example"),
    ],
)
def test_where_other_machines_are_let_in_nobody_may_choose_who_they_are(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (problem,) = refused(monkeypatch, **{name: value})

    assert problem == (
        f"{name} lets other machines in, and without BILLING_OIDC_ISSUER whoever comes could sign in as anybody. "
        "Set BILLING_OIDC_ISSUER, or stay on 127.0.0.1."
    )
    provider = {"BILLING_OIDC_ISSUER": "https://login.example", "BILLING_OIDC_AUDIENCE": "books"}
    assert told(monkeypatch, **provider, **{name: value}).oidc_issuer == "https://login.example"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known_by_several_names(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert told(monkeypatch, BILLING_HOST=host).host == host


def test_the_public_address_is_kept_as_browsers_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(
        monkeypatch,
        BILLING_OIDC_ISSUER="https://login.example",
        BILLING_OIDC_AUDIENCE="books",
        BILLING_OIDC_CLIENT_ID="console",
        BILLING_OIDC_CLIENT_SECRET="geheim",
        BILLING_PUBLIC_URL="https://Billing.Example:8443/",
    )
    assert settings.public_url == "https://billing.example:8443"
    assert "geheim" not in f"{settings!r} {settings.model_dump_json()}"


def test_a_variable_that_nobody_knows_is_refused_with_what_was_probably_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(monkeypatch, BILLING_DATABSE_URL="postgresql://a@b/c", BILLING_COLOUR="red") == [
        "BILLING_COLOUR is no setting, and no installed provider's.",
        "BILLING_DATABSE_URL is no setting, and no installed provider's. Did you mean BILLING_DATABASE_URL?",
    ]


def test_a_providers_variables_are_passed_on_by_their_full_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = told(
        monkeypatch, BILLING_PORT="8080", billing_bankgirot_archive="/var/in", BILLING_BANKGIROT_OUTBOX="",
        BILLING_DATA_DIR=str(tmp_path / "not made yet"),
    )  # fmt: skip

    assert settings.port == 8080
    assert settings.provider_settings == {"BILLING_BANKGIROT_ARCHIVE": "/var/in", "BILLING_BANKGIROT_OUTBOX": ""}


def test_the_demos_gateway_keeps_its_file_in_the_data_folder_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = told(monkeypatch, BILLING_DATA_DIR=str(tmp_path))
    elsewhere = told(monkeypatch, BILLING_DATA_DIR=str(tmp_path), BILLING_SANDBOX_FILE="/var/sandbox.jsonl")

    assert beside.gateway_file == tmp_path / "sandbox.jsonl"
    assert beside.provider_settings == {"BILLING_SANDBOX_FILE": str(tmp_path / "sandbox.jsonl")}
    assert elsewhere.gateway_file == Path("/var/sandbox.jsonl")


def test_a_provider_claims_its_own_prefix_only(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, BILLING_BANKGIROT_ARCHIVE="/var/in")

    assert settings.unclaimed(["bankgirot"]) == []
    assert settings.unclaimed(["bank"]) == ["BILLING_BANKGIROT_ARCHIVE"]
    assert settings.unclaimed([]) == ["BILLING_BANKGIROT_ARCHIVE"]


def test_settings_do_not_change_while_the_service_runs() -> None:
    with pytest.raises(ValueError, match="Instance is frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("url", ["http://cache:6379", "redis:///0", "redis://cache/first", "cache:6379"])
def test_a_cache_is_a_redis_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert refused(monkeypatch, BILLING_REDIS_URL=url) == [
        "BILLING_REDIS_URL: it is no Redis or Valkey URL; write redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss://."
    ]


def test_the_password_of_the_cache_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "geheim" not in repr(told(monkeypatch, BILLING_REDIS_URL="rediss://:geheim@cache:6380/2"))


def test_the_stages_of_dunning_are_told_as_code_days_and_action(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [stage.code for stage in load_settings().dunning_stages] == [
        "REMINDER_1",
        "REMINDER_2",
        "FINAL_NOTICE",
        "PAUSE",
    ]

    settings = told(monkeypatch, BILLING_DUNNING_STAGES="FIRST:5:REMINDER, LAST:15:HAND_OVER")

    assert settings.dunning_stages == (
        Stage(code="FIRST", days_after_due=5, action=Action.REMINDER),
        Stage(code="LAST", days_after_due=15, action=Action.HAND_OVER),
    )
    assert told(monkeypatch, BILLING_DUNNING_STAGES=" ").dunning_stages == ()


@pytest.mark.parametrize(
    ("stages", "told_so"),
    [
        ("FIRST", "'FIRST' is no stage; write CODE:DAYS:ACTION, such as REMINDER_1:3:REMINDER"),
        ("FIRST:soon:REMINDER", "'FIRST:soon:REMINDER' is no stage"),
        ("FIRST:5:SHOUT", "'FIRST:5:SHOUT' is no stage"),
        ("A:5:REMINDER,B:5:REMINDER", "Stage B comes 5 days after due, and A before it 5"),
    ],
)
def test_stages_that_cannot_be_followed_are_refused(monkeypatch: pytest.MonkeyPatch, stages: str, told_so: str) -> None:
    [problem] = refused(monkeypatch, BILLING_DUNNING_STAGES=stages)

    assert problem.startswith(f"BILLING_DUNNING_STAGES: {told_so}")


@pytest.mark.parametrize("cents", ["-1", "1.5", "much"])
def test_a_tolerance_is_a_whole_number_of_cents(monkeypatch: pytest.MonkeyPatch, cents: str) -> None:
    [problem] = refused(monkeypatch, BILLING_RECONCILIATION_TOLERANCE_CENTS=cents)
    assert problem.startswith("BILLING_RECONCILIATION_TOLERANCE_CENTS: ")


def test_the_demo_has_a_bank_unless_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Registry.load(settings=with_a_bank(Settings(data_dir=tmp_path)).provider_settings)
    assert own.refunds("bankgirot") is not None
    assert (tmp_path / "bank-outbox").is_dir()

    monkeypatch.setenv("BILLING_BANKGIROT_OUTBOX", "/srv/bank")
    named = with_a_bank(Settings(data_dir=tmp_path)).provider_settings
    assert named["BILLING_BANKGIROT_OUTBOX"] == "/srv/bank"
    assert "BILLING_BANKGIROT_DEBTOR_IBAN" not in named
