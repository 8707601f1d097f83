"""Finalizing a message: by its worker, and by whoever finds that its worker died."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clock, transactions
from experience.assistant import store
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.language_models.models import Usage
from experience.store import parse
from experience.workspaces.models import TokenReservation
from experience.workspaces.usecases.tokens import settle_tokens


def finalize_message(
    client: Client, message: ChatMessage, ended: ChatMessage, of_day: dict[str, int], usage: Usage
) -> tuple[ChatSession | None, ChatMessage | None]:
    """Write how a message ended, free its session, and settle its tokens: one commit.

    Two reads, three writes, and one more for a message that went on past midnight. Of a message
    that has ended or is gone only the tokens are settled. Returns what is stored. Its worker alone
    calls it, once: whoever finds a message lost leaves its tokens counted, because a vendor may
    charge them.
    """
    references = _references(client, message)

    def body(transaction: Transaction) -> tuple[ChatSession | None, ChatMessage | None]:
        first, second = transactions.read(client, references, transaction)
        session, current = parse(first, ChatSession), parse(second, ChatMessage)
        _settle(client, transaction, message.tenant_id, of_day, usage)
        if session is None or current is None:
            return session, current
        if not current.is_streaming or current.worker != message.worker:
            return session, current
        freed = session.with_message_ended(message.number, ended.updated_at)
        _write(client, transaction, session, freed, current, ended)
        return freed, ended

    return transactions.run_optimistic(client, body)


def finalize_lost(client: Client, message: ChatMessage) -> ChatMessage | None:
    """Finalize a message whose worker's lease has run out, and free its session.

    Two reads and two writes, or no write where it is not lost. Returns what is stored.
    """
    references = _references(client, message)

    def body(transaction: Transaction) -> ChatMessage | None:
        first, second = transactions.read(client, references, transaction)
        session, current = parse(first, ChatSession), parse(second, ChatMessage)
        now = clock.now_ms()
        if session is None or current is None or not current.is_lost(now):
            return current
        freed, lost = session.with_message_ended(message.number, now), current.lost(now)
        _write(client, transaction, session, freed, current, lost)
        return lost

    return transactions.run_optimistic(client, body)


def _references(client: Client, message: ChatMessage) -> list[DocumentReference]:
    workspace, session = message.tenant_id, message.chat_session_id
    return [
        store.session_ref(client, workspace, session),
        store.message_ref(client, workspace, session, message.number),
    ]


def _write(
    client: Client,
    transaction: Transaction,
    session: ChatSession,
    freed: ChatSession,
    message: ChatMessage,
    ended: ChatMessage,
) -> None:
    first, second = _references(client, message)
    if fields := session.difference(freed):
        transaction.update(first, fields)
    transaction.update(second, message.difference(ended))


def _settle(
    client: Client,
    transaction: Transaction,
    workspace_id: str,
    of_day: dict[str, int],
    usage: Usage,
) -> None:
    """What was used counts on the first day; the tokens of a further day are returned."""
    for day, tokens in of_day.items():
        reservation = TokenReservation(day=day, tokens=tokens)
        settle_tokens(client, transaction, workspace_id, reservation, usage)
        usage = Usage()
