"""The folder in which an installation keeps what is its own: the embedded server, keys, files to be fetched."""

import os
from contextlib import suppress
from pathlib import Path

from storage.problems import StorageProblem

PASSABLE = 0o711  # the server's user passes through; only we see what is inside


class DataFolderUnusable(StorageProblem):
    """The folder for the data cannot be used."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"The data folder {folder} cannot be used: {why} Set BILLING_DATA_DIR to another folder.")


def make_passable(folder: Path) -> None:
    """Make the folder, and those above it that are missing, so that others may pass through. No folder that is there
    already has its mode changed.

    Raises: DataFolderUnusable.
    """
    try:
        for step in (*reversed(folder.parents), folder):
            if not step.exists():
                with suppress(FileExistsError):  # another process was quicker
                    step.mkdir()
                    step.chmod(PASSABLE)
    except OSError as error:
        raise DataFolderUnusable(folder, f"{error.strerror} ({error.filename}).") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise DataFolderUnusable(folder, f"user {os.geteuid()}, as whom we run, may not write in it.")
