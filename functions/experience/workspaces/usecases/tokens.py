"""The day's tokens of a workspace: reserved before a language model is called, settled after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.cloud.firestore import Client, DocumentReference, Increment, Transaction, WriteBatch
from pydantic import BaseModel

from experience import clients, clock, config, transactions
from experience.language_models.models import (
    Chunk,
    Completion,
    LanguageModel,
    Message,
    ModelFailed,
    Tool,
    Usage,
)
from experience.language_models.schemas import with_schema
from experience.store import parse
from experience.workspaces import store
from experience.workspaces.models import (
    TokenReservation,
    TokenUsage,
    Workspace,
    require_tokens,
    token_day_of,
)

KEPT = timedelta(days=400)
"""How long a day's usage can be looked up: more than a year, for whoever writes invoices."""


@dataclass(frozen=True)
class TokenBudget:
    """The day's tokens of a workspace as they were read, in the transaction that reserves some."""

    reference: DocumentReference
    usage: TokenUsage
    is_new: bool
    limit: int
    now: int

    def reserve(self, transaction: Transaction, tokens: int) -> TokenReservation:
        """Reserve as many as a call can use. One write. ResourceExhausted `token_budget`."""
        require_tokens(self.usage.tokens, tokens, self.limit, self.now)
        reserved = self.usage.tokens + tokens
        if self.is_new:
            first = self.usage.model_copy(update={"tokens": reserved})
            transaction.create(self.reference, first.dump())
        else:
            transaction.update(self.reference, {"tokens": reserved})
        return TokenReservation(day=self.usage.day, tokens=tokens)


def read_token_budget(
    client: Client, transaction: Transaction, workspace_id: str, now: int
) -> TokenBudget:
    """The workspace's budget of today. Two reads. Callers have checked that it is theirs."""
    day = token_day_of(now)
    reference = store.token_usage_ref(client, workspace_id, day)
    first, second = transactions.read(
        client, [store.workspace_ref(client, workspace_id), reference], transaction
    )
    workspace = parse(first, Workspace)
    usage = parse(second, TokenUsage)
    limit = workspace.daily_token_limit if workspace else None
    expire_at = datetime.fromtimestamp(now / 1000, UTC) + KEPT
    return TokenBudget(
        reference,
        usage or TokenUsage(day=day, expire_at=expire_at),
        usage is None,
        int(config.TOKENS_PER_WORKSPACE_AND_DAY.value) if limit is None else limit,
        now,
    )


def settle_tokens(
    client: Client,
    batch: WriteBatch,
    workspace_id: str,
    reservation: TokenReservation,
    usage: Usage,
) -> None:
    """Replace a reservation by what was used. One write, in a commit that happens only once."""
    batch.set(
        store.token_usage_ref(client, workspace_id, reservation.day),
        {
            "day": reservation.day,
            "tokens": Increment(usage.tokens - reservation.tokens),
            "inputTokens": Increment(usage.input_tokens),
            "outputTokens": Increment(usage.output_tokens),
            "costMicros": Increment(usage.cost_micros),
        },
        merge=True,
    )


def reserve_tokens(workspace_id: str, tokens: int) -> TokenReservation:
    """Reserve tokens by themselves. Two reads, one write. Raises as `TokenBudget.reserve`."""
    client = clients.firestore()

    def body(transaction: Transaction) -> TokenReservation:
        budget = read_token_budget(client, transaction, workspace_id, clock.now_ms())
        return budget.reserve(transaction, tokens)

    return transactions.run_optimistic(client, body)


class BudgetedModel:
    """A language model of which each call takes its tokens from a workspace's day.

    Two reads and two writes for each call, which refuses as `reserve_tokens`. For work that has no
    document of its own to reserve and settle with.
    """

    def __init__(self, model: LanguageModel, workspace_id: str) -> None:
        self.name = model.name
        self._model = model
        self._workspace_id = workspace_id

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        reservation = self._reserve(with_schema(messages, schema), tools, max_tokens)
        try:
            completion = self._model.complete(
                messages, schema=schema, tools=tools, max_tokens=max_tokens
            )
        except ModelFailed as failed:
            self._settle(reservation, failed.usage)
            raise
        self._settle(reservation, completion.usage)
        return completion

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        """A stream that is not read to its end stays counted as it was reserved."""
        reservation = self._reserve(messages, tools, max_tokens)
        try:
            for chunk in self._model.stream(messages, tools=tools, max_tokens=max_tokens):
                if chunk.completion:
                    self._settle(reservation, chunk.completion.usage)
                yield chunk
        except ModelFailed as failed:
            self._settle(reservation, failed.usage)
            raise

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        return self._model.count(messages, tools=tools)

    def _reserve(
        self, messages: Sequence[Message], tools: Sequence[Tool], max_tokens: int
    ) -> TokenReservation:
        tokens = self._model.count(messages, tools=tools) + max_tokens
        return reserve_tokens(self._workspace_id, tokens)

    def _settle(self, reservation: TokenReservation, usage: Usage) -> None:
        client = clients.firestore()
        batch = client.batch()
        settle_tokens(client, batch, self._workspace_id, reservation, usage)
        transactions.retry(batch.commit)
