"""Streams whose call dies: the client is told by a connection that breaks, and never waits."""

import pytest
import requests

from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

SENT = "sendChatMessage"


class Streamed:
    """An owner who asks the assistant for streams, one chat for each."""

    def __init__(self, faulty_suite: FaultySuite) -> None:
        self.faulty_suite = faulty_suite
        self.workspace = a_workspace(faulty_suite.db)
        self.client = faulty_suite.client(a_member(faulty_suite.db, self.workspace, "owner"))
        self.client.session.headers["Accept"] = "text/event-stream"

    def ask(self) -> requests.Response:
        data = {"workspaceId": self.workspace, "content": "List my campaigns"}
        return self.client.post(SENT, {"data": data})

    def sweep(self) -> None:
        """End what was left, as after the time of its lease."""
        for each in self.faulty_suite.db.collection_group("chatMessages").stream():
            if each.get("tenantId") == self.workspace and each.get("status") == "streaming":
                each.reference.update({"leaseUntil": 1})
        self.faulty_suite.sweep("sweepChats")


@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_stream_breaks_when_its_call_dies(faulty_suite: FaultySuite, commit: int) -> None:
    streamed = Streamed(faulty_suite)
    faulty_suite.faults(killAtCommit=commit, killWhen="before", only=SENT)
    with pytest.raises(requests.RequestException):
        streamed.ask()
    eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)
    faulty_suite.faults()
    answer = streamed.ask()
    assert (answer.status_code, answer.text.count('"result"')) == (200, 1)
    streamed.sweep()


def test_contention_before_the_first_chunk_is_a_refusal(faulty_suite: FaultySuite) -> None:
    streamed = Streamed(faulty_suite)
    faulty_suite.faults(abort=1, only=SENT)
    answer = streamed.ask()
    faulty_suite.faults()
    assert (answer.status_code, answer.text.count('"contention"')) == (409, 1)
