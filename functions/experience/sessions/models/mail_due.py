"""Which change of a session may make the mail with its picture due."""

from collections.abc import Mapping
from typing import Any

from experience.projects.models import Phase


def due_main(before: Mapping[str, Any], after: Mapping[str, Any], session_id: str) -> str | None:
    """The main session whose mail may be due after this change of a project's session, or None.

    Of a main session: its picture became ready, or it became known that there is an address. Of a
    pregate with an address: it was linked.
    """
    if not after.get("hasEmail"):
        return None
    if after.get("phase") == Phase.PREGATE:
        main: str | None = after.get("mainSessionId")
        return main if main != before.get("mainSessionId") else None
    watched = ("hasEmail", "mailDueAt")
    has_changed = any(before.get(name) != after.get(name) for name in watched)
    return session_id if after.get("mailDueAt") and has_changed else None
