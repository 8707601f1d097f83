"""What a later domain does once an earlier one has committed something.

A domain imports only earlier ones, so what follows is named here. It follows at most once: after a
crash it does not, and a sweep of its domain finds it.
"""

import traceback
from importlib import import_module

from experience import logs

FOLLOWERS = {"event picture": "experience.mails.usecases.event_mail"}
"""The module whose `follow` is called with ids, for each thing that may happen."""


def follow(happened: str, *ids: str) -> None:
    """Let the later domain do its part. What that raises is logged: the commit stands anyway."""
    try:
        import_module(FOLLOWERS[happened]).follow(*ids)
    except Exception:  # noqa: BLE001
        logs.error("follower failed", happened=happened, exc=traceback.format_exc())
