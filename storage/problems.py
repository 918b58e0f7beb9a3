"""What every failure of the database's set-up has in common: someone who runs the system can put it right."""


class StorageProblem(Exception):
    """The database cannot be used as it is set up. The message says what is wrong and what to do about it."""
