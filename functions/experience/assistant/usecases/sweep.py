"""Finding what a dead worker or a deletion that broke off left undone, and what is too old."""

from experience import clients, clock, config, sweeps
from experience.assistant import store
from experience.assistant.models.chat import ChatMessage
from experience.assistant.usecases.delete import delete_messages, erase_session
from experience.assistant.usecases.finalization import finalize_lost

DAY_MS = 24 * 3_600_000


def sweep_chats(milliseconds: int = sweeps.RUN_MS) -> int:
    """Finalize what dead workers left streaming, resume deletions, delete old sessions; how many.

    As `sweeps.run` with three queries, and as `finalize_lost`, `delete_messages` and
    `erase_session` for what is found. The tokens of a dead worker stay counted: its vendor may
    charge them. A session is old when its last message is `CHAT_RETENTION_DAYS` old. Safe to
    repeat, and to run twice at once.
    """
    client, now = clients.firestore(), clock.now_ms()
    grace = int(config.SWEEP_GRACE_SECONDS.value) * 1000
    old = now - int(config.CHAT_RETENTION_DAYS.value) * DAY_MS

    def finalize(found: sweeps.Found) -> bool:
        finalize_lost(client, ChatMessage.load(found.to_dict() or {}))
        return True

    def resume(found: sweeps.Found) -> bool:
        delete_messages(client, found.reference)
        return True

    def erase(found: sweeps.Found) -> bool:
        return bool(erase_session(client, found.reference, old))

    done = sweeps.run(
        "sweepChats",
        sweeps.Part("messages", store.query_lost(client, now), finalize, ("leaseUntil",)),
        sweeps.Part(
            "deletions", store.query_deleting(client, now - grace), resume, ("deletingSince",)
        ),
        sweeps.Part(
            "sessions", store.query_silent(client, old), erase, ("lastMessageAt",), now - old
        ),
        milliseconds=milliseconds,
    )
    return done.total()
