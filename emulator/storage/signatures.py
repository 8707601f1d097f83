"""V4 signed URLs: whether the signature is that of this very request, and still valid.

Source: https://cloud.google.com/storage/docs/authentication/canonical-requests and
https://cloud.google.com/storage/docs/authentication/signatures
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from google.auth.crypt import RSAVerifier

from emulator.storage.errors import ErrorKind, StorageError

ALGORITHM = "GOOG4-RSA-SHA256"
MAX_AGE = timedelta(days=7)
CLOCK_SKEW = timedelta(minutes=15)
QUERY_NAMES = frozenset(
    f"X-Goog-{name}"
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)


def verify(
    method: str,
    path: str,
    query_string: str,
    headers: Mapping[str, str],
    *,
    public_keys: Mapping[str, str],
    now: datetime,
) -> None:
    """Raise StorageError unless the query holds a valid signature of this very request.

    `path` is decoded, `headers` are by lower-case name, `public_keys` are PEM by signer's e-mail.
    """
    pairs = parse_qsl(query_string, keep_blank_values=True)
    query = dict(pairs)
    if not QUERY_NAMES & query.keys():
        raise StorageError(
            ErrorKind.ACCESS_DENIED,
            "Access denied.",
            f"Anonymous caller does not have access to {path}. Use a V4 signed URL.",
        )
    if len(pairs) != len(query):
        raise _bad_query("A query parameter is given twice.")
    if missing := QUERY_NAMES - query.keys():
        raise _bad_query(f"Missing {', '.join(sorted(missing))}.")
    if query["X-Goog-Algorithm"] != ALGORITHM:
        raise _bad_query(f"X-Goog-Algorithm is not {ALGORITHM}.")

    signed_at, expires_at = _validity(query)
    signer, _, scope = query["X-Goog-Credential"].partition("/")
    if scope != f"{signed_at:%Y%m%d}/auto/storage/goog4_request":
        raise _bad_query("X-Goog-Credential is not SIGNER/DATE/auto/storage/goog4_request.")
    if signer not in public_keys:
        raise StorageError(
            ErrorKind.UNKNOWN_SIGNER,
            "The provided security credentials are not valid.",
            f"{signer} is not a signer that this storage knows.",
        )

    request = _canonical_request(method, path, query, headers)
    digest = hashlib.sha256(request.encode()).hexdigest()
    string_to_sign = "\n".join([ALGORITHM, query["X-Goog-Date"], scope, digest])
    if not _is_signed(string_to_sign, query["X-Goog-Signature"], public_keys[signer]):
        raise StorageError(
            ErrorKind.WRONG_SIGNATURE,
            "Access denied.",
            "The request does not match what was signed: method, path, query and signed headers "
            f"must be the same. Received:\n{request}",
        )
    if now > expires_at:
        raise StorageError(
            ErrorKind.EXPIRED,
            "The provided token has expired.",
            f"Request signature expired at: {expires_at.isoformat()}",
        )
    if signed_at > now + CLOCK_SKEW:
        raise StorageError(
            ErrorKind.CLOCK_SKEW,
            "The difference between the request time and the server's time is too large.",
        )


def _validity(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    try:
        signed_at = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        age = timedelta(seconds=int(query["X-Goog-Expires"]))
    except (ValueError, OverflowError):
        raise _bad_query("X-Goog-Date or X-Goog-Expires is malformed.") from None
    if not timedelta(0) < age <= MAX_AGE:
        raise _bad_query(f"X-Goog-Expires is not between 1 and {MAX_AGE.total_seconds():.0f}.")
    return signed_at, signed_at + age


def _canonical_request(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> str:
    signed_headers = query["X-Goog-SignedHeaders"]
    names = signed_headers.split(";")
    unsigned = {name for name in headers if name.startswith("x-goog-")} - set(names)
    for name in sorted(unsigned):
        raise _malformed(name, "Header was in the request, but not included in signedheaders.")
    for name in ["host", *names]:
        if name not in headers:
            raise _malformed(name, "Header was included in signedheaders, but not in the request.")
    if "host" not in names:
        raise _malformed("host", "Header must be included in signedheaders.")
    canonical_headers = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    canonical_query = "&".join(
        sorted(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in query.items()
            if name != "X-Goog-Signature"
        )
    )
    resource = quote(path, safe="/~")
    return "\n".join(
        [method, resource, canonical_query, canonical_headers, signed_headers, "UNSIGNED-PAYLOAD"]
    )


def _is_signed(text: str, signature_hex: str, public_key: str) -> bool:
    try:
        signature = bytes.fromhex(signature_hex)
    except ValueError:
        return False
    return bool(RSAVerifier.from_string(public_key).verify(text.encode(), signature))


def _bad_query(details: str) -> StorageError:
    return StorageError(
        ErrorKind.INVALID_QUERY, "Invalid query parameters of a signed URL.", details
    )


def _malformed(header: str, details: str) -> StorageError:
    return StorageError(
        ErrorKind.MALFORMED_SIGNATURE,
        "Your request has a malformed header.",
        f"{header}: {details}",
    )
