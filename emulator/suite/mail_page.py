"""The page of the mails that were written, at `/mail` of the suite's control.

In production the extension Trigger Email sends them. Here nothing does: the page shows each as its
reader would see it. What is in a mail is shown in a frame that runs no script.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from string import Template
from typing import Any

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline';"
        " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
"""Of the page. The frames have its policy too: they load pictures, and nothing else."""

NOT_SENT = "not sent: the extension that sends mail is not part of the suite"

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 56rem; margin: 0 auto; padding: 1rem; font: 100%/1.5 system-ui, sans-serif; }
article { margin: 2rem 0; padding-top: 1rem; border-top: 1px solid; }
h1, h2, dd, pre { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 700; }
dd { margin: 0; }
pre { white-space: pre-wrap; font: inherit; }
iframe { width: 100%; height: 44rem; border: 1px solid; background: #fff; }
summary { min-height: 1.5rem; cursor: pointer; }
a { color: inherit; }
:focus-visible { outline: 3px solid; outline-offset: 3px; }
</style>
</head>
<body>
<header>
<h1>$title</h1>
<p>In project $project, the newest first. <a href="/mail">Show new ones</a></p>
</header>
<main>
$mails</main>
</body>
</html>
""")

_MAIL = Template("""\
<article aria-labelledby="$id">
<h2 id="$id" dir="auto">$subject</h2>
<dl>
<dt>To</dt><dd>$to</dd>
<dt>Written</dt><dd>$written</dd>
<dt>State</dt><dd>$state</dd>
<dt>Document</dt><dd>/mail/$id, of session $session in $parent</dd>
</dl>
<iframe title="The mail: $subject" sandbox="allow-popups allow-popups-to-escape-sandbox" \
srcdoc="$html"></iframe>
<details><summary>As plain text</summary><pre dir="auto">$text</pre></details>
</article>
""")


def page(project: str, mails: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of these mails, by their ids."""
    newest_first = sorted(mails.items(), key=lambda each: -int(each[1].get("createdAt") or 0))
    shown = "".join(_mail(mail_id, fields) for mail_id, fields in newest_first)
    return _PAGE.substitute(
        title="1 mail" if len(mails) == 1 else f"{len(mails)} mails",
        project=escape(project),
        mails=shown or "<p>None was written yet. A picture, an address and a consent make one.</p>",
    )


def _mail(mail_id: str, fields: Mapping[str, Any]) -> str:
    message = fields.get("message") or {}
    parent = ("projects", "projectId") if "projectId" in fields else ("events", "eventId")
    values = {
        "id": mail_id,
        "to": _recipients(fields.get("to")),
        "subject": message.get("subject", ""),
        "text": message.get("text", ""),
        "html": f'<base target="_blank">{message.get("html", "")}',
        "written": _time(fields.get("createdAt")),
        "state": _state(fields.get("delivery")),
        "session": fields.get("sessionId", ""),
        "parent": f"/{parent[0]}/{fields.get(parent[1], '')}",
    }
    return _MAIL.substitute({name: escape(str(value)) for name, value in values.items()})


def _recipients(to: Any) -> str:
    return ", ".join(map(str, to)) if isinstance(to, Sequence) and not isinstance(to, str) else to


def _time(milliseconds: Any) -> str:
    if not isinstance(milliseconds, int):
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(" ", "seconds")


def _state(delivery: Any) -> str:
    """What the extension says of it, where one runs."""
    if not isinstance(delivery, Mapping):
        return NOT_SENT
    return " ".join(str(delivery[each]) for each in ("state", "error") if delivery.get(each))
