"""Finding what a dead worker or a deletion that broke off left undone, and what is too old."""

from experience import clients, clock, config, logs, sweeps
from experience.assistant import store
from experience.assistant.models.chat import ChatMessage
from experience.assistant.usecases.delete import delete_messages, erase_session
from experience.assistant.usecases.finalization import finalize_lost
from experience.store import parse

DAY_MS = 24 * 3_600_000
RUN_MS = 240_000
"""How long one run may last; the function has 300 s."""


def sweep_chats() -> int:
    """Finalize what dead workers left streaming, resume deletions, delete old sessions; how many.

    Three queries, and as `finalize_lost`, `delete_messages` and `erase_session` for what is found.
    The tokens of a dead worker stay counted: its vendor may charge them. A session is old when its
    last message is `CHAT_RETENTION_DAYS` old. Safe to repeat, and to run twice at once.
    """
    client, now = clients.firestore(), clock.now_ms()
    grace = int(config.SWEEP_GRACE_SECONDS.value) * 1000
    lost = resumed = erased = 0
    for page in sweeps.query_pages(store.query_lost(client, now)):
        for snapshot in page:
            with sweeps.logging_failure(snapshot):
                message = parse(snapshot, ChatMessage)
                assert message is not None
                finalize_lost(client, message)
                lost += 1
    for page in sweeps.query_pages(store.query_deleting(client, now - grace)):
        for snapshot in page:
            with sweeps.logging_failure(snapshot):
                delete_messages(client, snapshot.reference)
                resumed += 1
    old = now - int(config.CHAT_RETENTION_DAYS.value) * DAY_MS
    for page in sweeps.query_pages(store.query_silent(client, old)):
        for snapshot in page:
            if clock.now_ms() - now >= RUN_MS:
                break
            with sweeps.logging_failure(snapshot):
                erased += bool(erase_session(client, snapshot.reference, old))
    if lost or resumed or erased:
        logs.warning("sweep found work", messages=lost, deletions=resumed, sessions=erased)
    return lost + resumed + erased
