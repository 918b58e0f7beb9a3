"""The system user that runs the embedded server: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.problems import StorageProblem

DEDICATED = "petanque-billing"


class AccountMissing(StorageProblem):
    """There is no system user to run the server as, and none could be made."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The embedded PostgreSQL server needs a system user to run as: {why} "
            f"Make one (`useradd --system {DEDICATED}`), run as an ordinary user, or set BILLING_DATABASE_URL."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A system user and its group, as numbers: a folder may outlive the name of its owner."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return next(iter(user_names(self.uid)), str(self.uid))

    @property
    def ours(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()

    def run(self, *command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in a session of its own (Ctrl-C in our terminal does not reach it).

        `folder`: where it runs; the user may enter it.
        """
        return subprocess.run(  # noqa: S603 - no shell, and the programs are our own
            command,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
            start_new_session=True,
            user=None if self.ours else self.uid,
            group=None if self.ours else self.gid,
            extra_groups=None if self.ours else [],
        )

    def make_private_folder(self, folder: Path) -> None:
        """Make a folder that only this user (and root) may enter; one that is there stays as it is."""
        if not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)

    def barred_from(self, path: Path) -> Path | None:
        """The first folder on the way to `path`, or `path` itself, that this user may not enter, if any.

        Judged for a user other than ours, whose commands run without further groups.
        """
        for step in () if self.ours else (*reversed(path.parents), path):
            status = step.stat()
            shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
            if not status.st_mode >> shift & 1:
                return step
        return None


def account_for(folder: Path) -> Account:
    """Who runs the server whose data are below `folder`: this process's user; when that is root, the folder's owner,
    or a system user made for the purpose when root owns it too.

    Raises: AccountMissing.
    """
    status = folder.stat()
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid())
    if status.st_uid != 0:
        return Account(uid=status.st_uid, gid=status.st_gid)
    entry = _dedicated()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _dedicated() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(DEDICATED)
    except KeyError:
        why = _make_dedicated()
    try:
        return pwd.getpwnam(DEDICATED)
    except KeyError:
        raise AccountMissing(why) from None


def _make_dedicated() -> str:
    """Make the user; if that fails, say why."""
    options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false")
    try:
        made = subprocess.run(  # noqa: S603
            ("/usr/sbin/useradd", *options, DEDICATED), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "there is no /usr/sbin/useradd here."
    return made.stderr.strip()


def user_names(*uids: int) -> list[str]:
    """The names of these users, each once, without those that have none."""
    names = set()
    for uid in uids:
        with suppress(KeyError):
            names.add(pwd.getpwuid(uid).pw_name)
    return sorted(names)
