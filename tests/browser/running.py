"""The service as people run it: `billing serve`, on a port and a database of its own, ended by its handle."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from billing.authority import Role
from graphql_api.issuers import DevelopmentIssuer
from storage.engine import Database
from tests.database import data_folder

STOP_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service, and ways to act on it from behind."""

    url: str
    issuer: DevelopmentIssuer
    database: Database

    def token(self, *roles: Role, actor: str = "finance@example.org", auth_age: float = 0) -> str:
        now = datetime.now(UTC)
        at = now - timedelta(seconds=auth_age)
        return self.issuer.token(actor=actor, roles=roles, authenticated_at=at, now=now)

    def finance(self, *, actor: str = "finance@example.org", auth_age: float = 0) -> dict[str, str]:
        """The header of somebody with the role."""
        return {"Authorization": f"Bearer {self.token(Role.SYS_FINANCE, actor=actor, auth_age=auth_age)}"}

    def sign_ins_age(self, seconds: int) -> None:
        """All who are signed in proved themselves so much longer ago."""
        with self.database.connect_as_owner(autocommit=True) as connection:
            connection.execute(
                "update session set authenticated_at = authenticated_at - make_interval(secs => %s)", [seconds]
            )

    def sessions_end(self) -> None:
        """All who were signed in are so no longer."""
        with self.database.connect_as_owner(autocommit=True) as connection:
            connection.execute("delete from session")


@contextmanager
def serving(database: Database, *arguments: str, **settings: str) -> Iterator[Service]:
    """The service over a migrated database, with a data folder of its own. It is stopped before the database goes."""
    with data_folder() as folder:
        folder.mkdir()
        with running(database, folder, *arguments, **settings) as made:
            yield made


@contextmanager
def running(database: Database, data_dir: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """The service over a migrated database, with `settings` as in its environment. Its log is `service.log` in the data
    folder."""
    own = {"BILLING_DATABASE_URL": database.runtime_url, "BILLING_DATA_DIR": str(data_dir), "BILLING_PORT": "0"}
    environment = os.environ | own | settings
    command = [str(Path(sys.executable).with_name("billing")), "serve", *arguments]
    with (
        (data_dir / "service.log").open("w") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            says, _, url = process.stdout.readline().strip().rpartition(" ")
            assert says == "Serving", (data_dir / "service.log").read_text()
            yield Service(url=url.removesuffix("/graphql"), issuer=DevelopmentIssuer.at(data_dir), database=database)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)
