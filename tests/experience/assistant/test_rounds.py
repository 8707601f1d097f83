"""Rounds of tools: their results go to the model, a proposal ends the turn, and there is an end."""

import pytest
from google.cloud.firestore import Client as Database

from experience.assistant.models.chat import Proposal
from experience.assistant.models.prompts import proposal_data
from experience.assistant.usecases.conversation import MAX_CALLS, MAX_ROUNDS, Toolbox
from experience.assistant.usecases.tools.registry import ToolOutcome
from experience.language_models.models import Role, ToolCall
from tests.support.assistant.chats import USAGE, Chatter, Speak, calls, replies

PROPOSAL = Proposal(tool="change", arguments={"a": 1}, summary="Change it.", expires_at=1)


class Tools:
    """Tools that remember what they were asked; `change` needs the user's consent."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def run(self, call: ToolCall) -> ToolOutcome:
        self.ran.append(call.name)
        return ToolOutcome(f"found {call.name}", PROPOSAL if call.name == "change" else None)


@pytest.fixture
def tools() -> Tools:
    return Tools()


@pytest.fixture
def chatter(db: Database, tools: Tools) -> Chatter:
    return Chatter(db, toolbox=Toolbox((), tools.run))


def test_results_go_to_the_model_and_rounds_are_paragraphs(
    chatter: Chatter, tools: Tools, speak: Speak
) -> None:
    model = speak(
        calls("look", "count", text="One moment."), calls("look"), replies("Two of them.")
    )
    sent = chatter.send("How many?")
    message = sent.assistant_message
    assert message.content == "".join(chatter.deltas) == "One moment.\n\nTwo of them."
    assert tools.ran == ["look", "count", "look"]
    roles = [each.role for each in model.read[-1]]
    assert roles == [
        Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL, Role.TOOL, Role.ASSISTANT, Role.TOOL
    ]  # fmt: skip
    assert model.read[-1][2].content == "One moment."
    assert [each.content for each in model.read[-1][3:5]] == ["found look", "found count"]
    assert message.usage
    assert message.usage.tokens == 3 * USAGE.tokens == chatter.tokens()["tokens"]


def test_a_proposal_ends_the_turn_and_the_model_reads_it_later(
    chatter: Chatter, tools: Tools, speak: Speak
) -> None:
    model = speak(calls("look", "change", "look"), replies("It is done."))
    sent = chatter.send("Change it")
    shown = sent.assistant_message.shown()
    assert tools.ran == ["look", "change"]
    assert (shown["status"], shown["content"]) == ("complete", "Change it.")
    assert shown["proposal"] == PROPOSAL.shown()
    assert len(model.read) == 1
    chatter.send("And?", sent.session.id)
    assert model.read[1][2].content == f"Change it.\n{proposal_data(PROPOSAL)}"


def test_a_model_that_only_calls_tools_comes_to_an_end(
    chatter: Chatter, tools: Tools, speak: Speak
) -> None:
    model = speak(calls(*["look"] * (MAX_CALLS + 5)))
    shown = chatter.send("Loop").assistant_message.shown()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "TOO_MANY_ROUNDS")
    assert (len(model.read), len(tools.ran)) == (MAX_ROUNDS, MAX_ROUNDS * MAX_CALLS)
    assert chatter.tokens()["tokens"] == MAX_ROUNDS * USAGE.tokens


def test_a_further_round_without_tokens_ends_the_message(chatter: Chatter, speak: Speak) -> None:
    limit = chatter.db.document("workspaces", chatter.workspace)
    chatter.toolbox = Toolbox((), lambda _: ToolOutcome("x" * 5000))
    limit.update({"dailyTokenLimit": 4000})
    speak(calls("look", text="One moment."), replies("Never."))
    shown = chatter.send("Read a lot").assistant_message.shown()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "TOKEN_BUDGET")
    assert shown["content"] == "One moment."
    assert chatter.tokens()["tokens"] == USAGE.tokens
    limit.update({"dailyTokenLimit": 10_000})
    speak(calls("look"), replies("Read."))
    assert chatter.send("Read a lot").assistant_message.content == "Read."
    assert chatter.tokens()["tokens"] == 3 * USAGE.tokens
