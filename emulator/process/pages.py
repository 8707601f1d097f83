"""Which requests of web pages are refused: any site that a developer visits can send some here.

A page of another origin cannot leave out `Origin` where it matters. A page whose name was pointed
to 127.0.0.1 (DNS rebinding) has the suite's origin, but its own name in `Host`.
"""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORBIDDEN = "403 Forbidden"
FORWARDED = "HTTP_X_EMULATOR_FORWARDED_FOR"
"""What web/lan_proxy.mjs adds to each request that it passes on."""


def refusal(environ: "WSGIEnvironment") -> str | None:
    """Why a request that no page has to send is refused, or None if it is accepted."""
    if FORWARDED in environ:
        return "Only programs of this machine have access here."
    if message := foreign_host(environ):
        return message
    origin = environ.get("HTTP_ORIGIN")
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    if origin not in (None, f"http://{environ.get('HTTP_HOST', '')}"):
        return f"Pages of {origin} have no access here."
    if origin is None and site not in ("none", "same-origin"):
        return "Pages of other origins have no access here."
    return None


def foreign_host(environ: "WSGIEnvironment") -> str | None:
    """Why a request to this `Host` is refused, or None if it is a name of this machine."""
    host = environ.get("HTTP_HOST", "")
    return None if not host or is_local(host) else f"{host} is no name of this suite."


def is_local(host: str) -> bool:
    """Whether host:port is an IP address or a name that nobody can register."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return name.endswith(".localhost") or (bool(name) and "." not in name)


def without_pages(app: "WSGIApplication") -> "WSGIApplication":
    """`app`, closed to pages of other origins and to other hosts than this machine."""

    def guarded(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if message := refusal(environ):
            start_response(FORBIDDEN, [("Content-Type", "text/plain; charset=utf-8")])
            return [message.encode()]
        return app(environ, start_response)

    return guarded
