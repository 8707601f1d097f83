"""Codes and tickets, made with a campaign's claim key and stored nowhere."""

import hashlib
import hmac

from experience.errors import FailedPrecondition

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as another one. https://www.crockford.com/base32.html"""
CODE_LETTERS = 16
MAC_LETTERS = 16
_SAME = str.maketrans("ILO", "110", "- ")


def code_of(key: bytes, play_id: str) -> str:
    """The code of a claim: 80 bits, in four groups of four letters and digits."""
    letters = _letters(key, f"code/{play_id}", CODE_LETTERS)
    return "-".join(letters[begin : begin + 4] for begin in range(0, CODE_LETTERS, 4))


def as_meant(code: str) -> str:
    """A code without what does not matter: case, spaces, dashes, letters that look like digits."""
    return code.upper().translate(_SAME)


def code_hash(code: str) -> str:
    """What is stored of a code: the SHA-256, in hex, of its letters as they are meant."""
    return hashlib.sha256(as_meant(code).encode()).hexdigest()


def ticket_of(key: bytes, batch_id: str, number: int) -> str:
    """A ticket: its batch, its number, and what only the claim key makes of both."""
    mac = _letters(key, f"ticket/{batch_id}/{number}", MAC_LETTERS)
    return f"{batch_id}-{number}-{mac}"


def ticket_name(key: bytes, ticket: str) -> str:
    """The name of a genuine ticket: its batch and its number. No read.

    Raises FailedPrecondition `ticket_invalid`.
    """
    batch_id, _, rest = ticket.partition("-")
    number, _, _ = rest.partition("-")
    is_number = number.isascii() and number.isdigit() and len(number) <= 6
    genuine = ticket_of(key, batch_id, int(number)) if is_number else ""
    if not hmac.compare_digest(genuine.encode(), ticket.encode()):
        raise FailedPrecondition("ticket_invalid", "This is no ticket of this campaign.")
    return f"{batch_id}-{number}"


def _letters(key: bytes, message: str, count: int) -> str:
    number = int.from_bytes(hmac.digest(key, message.encode(), "sha256"), "big")
    return "".join(ALPHABET[(number >> (5 * each)) & 31] for each in range(count))
