"""What a visit costs: the documents that each call reads and writes, as Firestore bills them."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.client import Client
from emulator.suite import Suite
from tests.builders.guests import a_guest
from tests.builders.places import Place, a_place

SignIn = Callable[[str | None], Client]
Bill = Callable[..., tuple[Any, tuple[int, int]]]


@pytest.fixture
def bill(suite: Suite, signed_in: SignIn) -> Bill:
    """A call of the visitor: its result, and its reads and writes."""

    def call(name: str, **data: Any) -> tuple[Any, tuple[int, int]]:
        before = usage(suite, name)
        result = signed_in("visitor").call(name, **data)
        after = usage(suite, name)
        return result, (after[0] - before[0], after[1] - before[1])

    return call


def usage(suite: Suite, name: str) -> tuple[int, int]:
    spent = suite.ask_functions("GET", "meter")["functions"].get(name, {})
    return spent.get("reads", 0), spent.get("writes", 0)


class TestVisit:
    def test_each_call_costs_what_it_says(self, db: Database, bill: Bill) -> None:
        place = a_place(db, preshare=True)
        project = {"projectId": place.project}

        _, page = bill("getProject", **project)
        _, entering = bill("ensureGuest", **project)
        _, entering_again = bill("ensureGuest", **project)
        ids, begun = self.begin(bill, place)
        _, begun_again = self.begin(bill, place)
        _, reading = bill("getSession", **ids)
        _, reading_again = bill("getSession", **ids)
        _, answered = bill("updateSessionProgress", **ids, inputs={"name": "Anna"})
        _, answered_again = bill("updateSessionProgress", **ids, inputs={"name": "Anna"})
        _, completed = bill("completeSession", **ids)
        _, completed_again = bill("completeSession", **ids)

        assert page == (1 + 2, 0)
        assert (entering, entering_again) == ((2, 1), (2, 0))
        assert (begun, begun_again) == ((3, 2), (4, 0))
        assert (reading, reading_again) == ((2, 0), (1, 0))
        assert (answered, answered_again) == ((1, 1), (1, 0))
        assert (completed, completed_again) == ((4, 2), (4, 0))

    def begin(self, bill: Bill, place: Place) -> tuple[dict[str, str], tuple[int, int]]:
        answer, cost = bill(
            "createSession",
            projectId=place.project,
            experienceId=place.main,
            mode="guest",
            configSource="published",
        )
        return {"projectId": place.project, "sessionId": answer["session"]["id"]}, cost


class TestNextPhase:
    def test_it_reads_the_experiences_that_could_be_next_and_no_other(
        self, db: Database, bill: Bill
    ) -> None:
        place = a_place(db, pregate=True, preshare=True)
        project = {"projectId": place.project}
        a_guest(db, place.project, "visitor")

        _, welcome = bill("getNextPhase", **project)
        _, to_pregate = bill("getNextPhase", **project, experienceId=place.main)
        a_guest(db, place.project, "visitor", completed={place.pregate: "s"})
        _, to_main = bill("getNextPhase", **project, experienceId=place.main)

        assert (welcome, to_pregate, to_main) == ((2, 0), (4, 0), (3, 0))
