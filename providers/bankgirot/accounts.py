"""How accounts are written, so that the same one reads the same in every format."""


def bankgiro(digits: str) -> str:
    """ "BG 991-2346", "BG 5805-6201": the last four digits stand by themselves."""
    return f"BG {_hyphenated(digits.lstrip('0'), last=4)}"


def plusgiro(digits: str) -> str:
    """ "PG 482-1": the last digit is the check digit."""
    return f"PG {_hyphenated(digits.lstrip('0'), last=1)}"


def bank_account(*, clearing: str, number: str) -> str:
    """The digits that a bank calls BBAN: clearing number, and account number of at least seven digits."""
    return clearing + number.lstrip("0").zfill(7)


def _hyphenated(digits: str, *, last: int) -> str:
    return f"{digits[:-last]}-{digits[-last:]}" if len(digits) > last else digits
