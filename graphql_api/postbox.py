"""Where mails to tenants go: to a mail server, or into a folder where somebody can look at them."""

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from anyio import to_thread

from graphql_api.settings import Settings
from procedures.notify_tenant import MailNotTaken, Postbox

SECONDS: Final = 30
OUTBOX: Final = "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFolder:
    """Writes each mail into a file of its own, named by its key: whole or not at all, and once."""

    folder: Path
    sender: str

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:
        mail["From"] = self.sender
        await to_thread.run_sync(self._write, bytes(mail), key)

    def _write(self, content: bytes, key: UUID) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = self.folder / f".{key}.{os.getpid()}"
            unfinished.write_bytes(content)
            unfinished.replace(self.folder / f"{key}.eml")
        except OSError as error:
            raise MailNotTaken(f"the outbox cannot be written to ({error.strerror})") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Hands mails to a server: smtp:// (encrypted where the server offers it) or smtps://."""

    url: str
    sender: str

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:
        mail["From"] = self.sender
        mail["Message-ID"] = f"<{key}@petanque-billing.invalid>"  # the same at each try: whoever gets it twice sees it
        await to_thread.run_sync(self._send, mail)

    def _send(self, mail: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotTaken(f"the mail server did not take it ({type(error).__name__})") from error

    def _connected(self) -> smtplib.SMTP:
        parts, context = urlsplit(self.url), ssl.create_default_context()
        host = parts.hostname or ""
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if parts.username is not None:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def chosen_postbox(settings: Settings) -> Postbox:
    """The mail server that is set; else the folder `outbox` of the data folder."""
    if settings.smtp_url is None:
        return OutboxFolder(folder=settings.data_dir / OUTBOX, sender=settings.mail_from)
    return MailServer(url=settings.smtp_url.get_secret_value(), sender=settings.mail_from)
