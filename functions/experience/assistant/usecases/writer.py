"""Writing a message while its model speaks: its text, its lease, and the user's wish to stop."""

import time
from collections.abc import Callable
from typing import Any

from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound
from google.cloud.firestore import Client

from experience import clock, logs, transactions
from experience.assistant import store
from experience.assistant.models.chat import ChatMessage
from experience.assistant.models.views import ChatDelta
from experience.errors import Contention
from experience.store import parse

FLUSH_SECONDS = 1.0
"""The least time between two writes, or reads, of a message that is being written."""

RENEW_SECONDS = 10.0
"""So long after the last write the lease is renewed, also where the model is silent."""


class Stopped(Exception):  # noqa: N818
    """The user wants no more of the message."""


class LeaseLost(Exception):  # noqa: N818
    """The message has ended, or is gone: whoever wrote it has nothing more to write."""


class MessageWriter:
    """Writes one message that is being streamed.

    Each delta is emitted at once, and the text is flushed at most once in `FLUSH_SECONDS`: one
    write, on the condition that nobody else has written the message. In a second without a delta
    the message is read instead, and its lease renewed every `RENEW_SECONDS`.
    """

    def __init__(
        self,
        client: Client,
        message: ChatMessage,
        emit: Callable[[ChatDelta], None],
    ) -> None:
        self.text = ""
        self._client = client
        self._reference = store.message_ref(
            client, message.tenant_id, message.chat_session_id, message.number
        )
        self._message = message
        self._written_at: Any = None  # not known before the message is read
        self._emit = emit
        self._polled_at = self._renewed_at = time.monotonic()

    def append(self, delta: str) -> None:
        """Write a further part of the text, and show it at once."""
        self.text += delta
        self._emit(ChatDelta(delta=delta))

    def poll(self) -> None:
        """Flush what is new, or see what the user wants, once in a second.

        Raises Stopped and LeaseLost.
        """
        if time.monotonic() - self._polled_at < FLUSH_SECONDS:
            return
        if self._written_at is None:
            self._read()
        is_new = self.text != self._message.content
        if self._written_at and (is_new or time.monotonic() - self._renewed_at >= RENEW_SECONDS):
            self._flush()
        else:
            self._read()
        self._polled_at = time.monotonic()

    def _flush(self) -> None:
        """One write, and one read where somebody else wrote. A fault is left to the next flush."""
        changed = self._message.with_content(self.text, clock.now_ms())
        fields = self._message.difference(changed)
        condition = self._client.write_option(last_update_time=self._written_at)
        try:
            result = transactions.retry(lambda: self._reference.update(fields, option=condition))
        except (FailedPrecondition, NotFound):
            self._read()
        except (GoogleAPICallError, Contention) as error:
            logs.warning("chat message not flushed", kind=type(error).__name__)
        else:
            self._message = changed
            self._written_at = result.update_time
            self._renewed_at = time.monotonic()

    def _read(self) -> None:
        """One read."""
        try:
            snapshot = self._reference.get()
        except GoogleAPICallError as error:
            logs.warning("chat message not read", kind=type(error).__name__)
            return
        message = parse(snapshot, ChatMessage)
        if message is None or not message.is_streaming or message.worker != self._message.worker:
            raise LeaseLost
        if message.stop_requested_at is not None:
            raise Stopped
        self._message = message
        self._written_at = snapshot.update_time
