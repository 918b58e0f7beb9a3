"""The settings of an installation: the one place that reads the environment."""

import difflib
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from importlib import metadata
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from billing.dunning import DEFAULT_STAGES, Action, Stage, checked_stages
from billing.fx import REPORTING_CURRENCY
from billing.refusals import BadInput
from providers.registry import GROUP, PREFIX

GATEWAY_FILE = f"{PREFIX}SANDBOX_FILE"


class SettingsRefused(Exception):
    """The environment holds settings that cannot be meant. `problems`: one sentence each, without secret values."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


def _postgresql(url: SecretStr) -> SecretStr:
    try:
        parts = conninfo_to_dict(url.get_secret_value())
    except ProgrammingError:
        parts = {}
    if not parts:
        raise ValueError("it is no PostgreSQL URL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return url


def _https(url: str) -> str:
    parts = urlsplit(url)
    schemes = {"http", "https"} if is_loopback(parts.hostname) else {"https"}
    if parts.scheme not in schemes or not _names_a_host(parts):
        raise ValueError("it must be an https:// URL, of a host and perhaps a port")
    return url


def _names_a_host(parts: SplitResult) -> bool:
    """Whether there is a host, and no port that is none."""
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _origin(url: str) -> str:
    parts = urlsplit(_https(url))
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("it is a scheme, a host and perhaps a port, such as https://billing.example.org")
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(host: str | None) -> bool:
    """Whether what is at this host can be reached from this machine only."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _mail_server(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in {"smtp", "smtps"} or not _names_a_host(parts):
        raise ValueError("it is no mail server; write smtp://USER:PASSWORD@HOST:PORT, or smtps://")
    return url


def _redis(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    is_redis = parts.scheme in {"redis", "rediss"} and re.fullmatch(r"/?[0-9]*", parts.path)
    if not is_redis or not _names_a_host(parts):
        raise ValueError("it is no Redis or Valkey URL; write redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss://")
    return url


def _reporting(currency: str) -> str:
    if currency != REPORTING_CURRENCY:
        raise ValueError(
            f"the books weigh every amount in {REPORTING_CURRENCY}, and its fields are named so; leave it out"
        )
    return currency


def _stages(given: object) -> object:
    """E.g. `REMINDER_1:3:REMINDER, FINAL:20:FINAL_NOTICE`: code, days after due, action."""
    if not isinstance(given, str) or not given.strip():
        return given if not isinstance(given, str) else ()
    return _checked([_stage(text.strip()) for text in given.split(",")])


def _stage(text: str) -> Stage:
    parts = text.split(":")
    actions = {action.value for action in Action}
    if len(parts) != len(fields(Stage)) or not parts[1].strip().isdecimal() or parts[2].strip() not in actions:
        raise ValueError(
            f"{text!r} is no stage; write CODE:DAYS:ACTION, such as REMINDER_1:3:REMINDER, with one of "
            f"{', '.join(sorted(actions))}"
        )
    code, days, action = (part.strip() for part in parts)
    return Stage(code=code, days_after_due=int(days), action=Action(action))


def _checked(stages: list[Stage]) -> tuple[Stage, ...]:
    try:
        return checked_stages(stages, argument="stages")
    except BadInput as refusal:
        raise ValueError(str(refusal).removesuffix(".")) from refusal


def _not_empty(folder: object) -> object:
    if folder == "":
        raise ValueError("it is empty; name a folder")
    return folder


def _in_full(folder: Path) -> Path:
    """The same folder for all who are told of it, whatever they make of `~`, and wherever they are."""
    try:
        return folder.expanduser().absolute()
    except RuntimeError as unknown:
        raise ValueError("it begins with a user who is not known here; name the folder in full") from unknown


def _data_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/petanque-billing")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "petanque-billing"


Folder = Annotated[Path, BeforeValidator(_not_empty), AfterValidator(_in_full)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_postgresql)]


class Settings(BaseSettings):
    """What the environment says, under BILLING_ and the field's name. Without any setting: the embedded server, here."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: DatabaseUrl | None = None
    owner_database_url: DatabaseUrl | None = None
    replica_url: DatabaseUrl | None = None  # a streaming replica that reports are read from
    replica_lag_seconds_max: float = Field(default=10, ge=0)  # while it is no further behind
    data_dir: Folder = Field(default_factory=_data_dir, validate_default=True)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] | None = None  # without it: reports are kept a process
    reporting_currency: Annotated[str, AfterValidator(_reporting)] = REPORTING_CURRENCY
    reconciliation_tolerance_cents: int = Field(default=100, ge=0)  # a line may be off by as much, in minor units
    time_zone: ZoneInfo = ZoneInfo("Europe/Stockholm")
    public_url: Annotated[str, AfterValidator(_origin)] | None = None  # where browsers find the service
    platform_name: str = Field(default="The platform", min_length=1)  # whose book the platform's is, in files
    oidc_issuer: Annotated[str, AfterValidator(_https)] | None = None
    oidc_audience: str | None = Field(default=None, min_length=1)
    oidc_at_jwt_only: bool = False  # only tokens typed at+jwt (RFC 9068): for providers that mark theirs so
    oidc_client_id: str | None = Field(default=None, min_length=1)  # without it: access tokens, but no sign-in
    oidc_client_secret: SecretStr | None = Field(default=None, min_length=1)  # without it: a public client
    smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = None  # without it: files in an outbox folder
    mail_from: str = Field(default="billing@localhost", min_length=3)
    bankgirot_inbox: Folder | None = None  # the folder that the worker watches for bank files
    dunning_stages: Annotated[tuple[Stage, ...], NoDecode, BeforeValidator(_stages)] = (
        DEFAULT_STAGES  # empty: no dunning
    )
    dunning_tenant_invoices: bool = False  # whether tenants' own invoices are dunned too, or the platform's only
    metrics_host: str = Field(default="127.0.0.1", min_length=1)
    metrics_port: int | None = Field(default=None, ge=0, le=65535)  # without it: no metrics are served
    worker: bool = True  # whether `billing serve` works too, or leaves it to `billing worker`
    trial_extension_days_max: int = Field(default=30, ge=0)  # in all, over a subscription's life
    session_idle_seconds: int = Field(default=30 * 60, ge=300, le=7 * 24 * 3600)  # it may be a minute less
    session_seconds: int = Field(default=12 * 3600, ge=300, le=7 * 24 * 3600)

    _others: Mapping[str, str] = PrivateAttr()

    @model_validator(mode="after")
    def _hang_together(self) -> Self:
        if self.owner_database_url is not None and self.database_url is None:
            raise ValueError("BILLING_OWNER_DATABASE_URL is set, but BILLING_DATABASE_URL is not.")
        if self.owner_database_url is not None and _user(self.owner_database_url) == _user(self.database_url):
            raise ValueError(
                "BILLING_DATABASE_URL and BILLING_OWNER_DATABASE_URL enter as the same role; the service must not own "
                "the tables it writes to."
            )
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("BILLING_OIDC_ISSUER and BILLING_OIDC_AUDIENCE are set both or not at all.")
        self._sign_in_hangs_together()
        return self

    def _sign_in_hangs_together(self) -> None:
        if self.oidc_client_id is not None and (self.oidc_issuer is None or self.public_url is None):
            raise ValueError("BILLING_OIDC_CLIENT_ID needs BILLING_OIDC_ISSUER and BILLING_PUBLIC_URL beside it.")
        if self.oidc_client_secret is not None and self.oidc_client_id is None:
            raise ValueError("BILLING_OIDC_CLIENT_SECRET is set, but BILLING_OIDC_CLIENT_ID is not.")
        if self.oidc_issuer is None:
            for name, open_to in (("HOST", self.host), ("PUBLIC_URL", urlsplit(self.public_url or "").hostname)):
                if open_to is not None and not is_loopback(open_to):
                    raise ValueError(
                        f"{PREFIX}{name} lets other machines in, and without BILLING_OIDC_ISSUER whoever comes could sign "
                        "in as anybody. Set BILLING_OIDC_ISSUER, or stay on 127.0.0.1."
                    )

    def model_post_init(self, _context: object, /) -> None:
        own = {f"{PREFIX}{name}".upper() for name in type(self).model_fields}
        self._others = {
            name.upper(): value
            for name, value in os.environ.items()
            if name.upper().startswith(PREFIX) and name.upper() not in own
        }

    @property
    def provider_settings(self) -> Mapping[str, str]:
        """The BILLING_ variables that are not ours but the providers', by their full names. They may be secret.

        The example provider keeps its file beside our data, unless it is told otherwise.
        """
        beside = {GATEWAY_FILE: str(self.data_dir / "sandbox.jsonl")} if self.data_dir.is_dir() else {}
        return {**beside, **self._others}

    def with_defaults(self, defaults: Mapping[str, str]) -> Self:
        """The same settings, with variables of providers that hold where nobody has set them."""
        copy = self.model_copy()
        copy._others = {**defaults, **self._others}  # noqa: SLF001 - its own kind
        return copy

    @property
    def gateway_file(self) -> Path | None:
        """Where the demo's gateway keeps what it knows."""
        file = self.provider_settings.get(GATEWAY_FILE)
        return None if file is None else Path(file)

    @property
    def is_https(self) -> bool:
        """Whether browsers know the service by an https address."""
        return self.public_url is not None and self.public_url.startswith("https:")

    def unclaimed(self, providers: Collection[str]) -> list[str]:
        """The variables that belong neither to us nor to any of the providers named."""
        sections = tuple(f"{PREFIX}{provider}_".replace("-", "_").upper() for provider in providers)
        return sorted(name for name in self._others if not name.startswith(sections))


def load_settings() -> Settings:
    """Read the environment; a variable that nobody knows is taken for a mistake, not passed over.

    Raises: SettingsRefused.
    """
    try:
        settings = Settings()
    except ValidationError as invalid:
        raise SettingsRefused([_sentence(error["loc"], error["msg"]) for error in invalid.errors()]) from None
    unclaimed = settings.unclaimed(metadata.entry_points(group=GROUP).names)
    if unclaimed:
        raise SettingsRefused([_unknown(name) for name in unclaimed])
    return settings


def _sentence(where: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{PREFIX}{where[0]}".upper() + f": {message}." if where else message


def _unknown(name: str) -> str:
    meant = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1, cutoff=0.75)
    hint = f" Did you mean {PREFIX}{meant[0].upper()}?" if meant else ""
    return f"{name} is no setting, and no installed provider's.{hint}"


def _user(url: SecretStr | None) -> str | int | None:
    return None if url is None else conninfo_to_dict(url.get_secret_value()).get("user")
