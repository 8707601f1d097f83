"""Random programs of what two guests do in several tabs while things go wrong.

Whatever they do, no call ends in a bug, nobody reaches what is another's, every invariant holds
in the end, and a guest who goes on arrives at the share page. CI plays the same programs each
time; `PROGRAMS=500` in the environment plays so many others.
"""

import os
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emulator.demo.client import CallError
from emulator.process.errors import SuiteError
from experience.ids import new_id
from tests.support.builders.sessions import session_ref, written_session
from tests.support.builders.venues import Venue
from tests.support.calling import at_once
from tests.support.faulty_suite import FaultyGuest, FaultySuite, check

pytestmark = pytest.mark.exhaustive

OTHERS = int(os.environ.get("PROGRAMS", "0"))
STEPS_TO_SHARE = 8  # and no more, when nothing goes wrong


class ProgramGuest(FaultyGuest):
    """A guest, and what the pages in the tabs remember."""

    def __init__(self, faulty_suite: FaultySuite, venue: Venue, uid: str) -> None:
        super().__init__(faulty_suite, venue, uid)
        self.faulty_suite = faulty_suite
        self.session = "none"
        self.main: str | None = None
        self.others: list[ProgramGuest] = []

    @property
    def ids(self) -> dict[str, str]:
        return {"sessionId": self.session}

    def begin(self, experience: str | None = None, **more: Any) -> Any:
        session = super().begin(experience, **more)
        self.session = session["id"]
        return session


def enter(guest: ProgramGuest) -> None:
    guest.call("ensureGuest")


def advance(guest: ProgramGuest) -> bool:
    """Do what a page does next; whether this is the share page."""
    guest.call("ensureGuest")
    way = {"mainSessionId": guest.main} if guest.main else {"experienceId": guest.venue.main}
    step = guest.call("getNextPhase", **way)
    if step["phase"] == "share":
        return True
    links = {"mainSessionId": guest.main} if step["phase"] == "preshare" and guest.main else {}
    session = guest.begin(step["experienceId"], **links)
    if session["phase"] == "main" and not session["capturedMedia"]:
        guest.take_photo(session)
    else:
        guest.complete(session)
        guest.main = session["id"] if session["phase"] == "main" else guest.main
    return False


def begin_main(guest: ProgramGuest) -> None:
    guest.begin(guest.venue.main)


def begin_preshare(guest: ProgramGuest) -> None:
    guest.begin(guest.venue.preshare, mainSessionId=guest.main or guest.session)


def write_main(guest: ProgramGuest) -> None:
    """A page may begin a session in the database itself, whoever it is."""
    session = written_session(guest.venue.project, guest.uid, guest.venue.main)
    session_ref(guest.faulty_suite.db, guest.venue.project, session["id"]).set(session)
    guest.session = session["id"]


def take_photo(guest: ProgramGuest) -> None:
    guest.take_photo({"id": guest.session})


def answer(guest: ProgramGuest) -> None:
    guest.call("updateSessionProgress", **guest.ids, inputs={"name": "Ada"}, currentStepIndex=1)


def complete(guest: ProgramGuest) -> None:
    session = guest.call("completeSession", **guest.ids)["session"]
    guest.main = session["id"] if session["phase"] == "main" else guest.main


def abandon(guest: ProgramGuest) -> None:
    guest.call("abandonSession", **guest.ids)


def fail(guest: ProgramGuest) -> None:
    guest.call("failSession", **guest.ids, code="CAMERA", message="no camera")


def start_transform(guest: ProgramGuest) -> None:
    guest.call("startTransform", sessionId=guest.main or guest.session)


def retry_transform(guest: ProgramGuest) -> None:
    guest.call("retryTransform", sessionId=guest.main or guest.session)


def cancel_transform(guest: ProgramGuest) -> None:
    guest.call("cancelTransform", sessionId=guest.main or guest.session)


def read_all(guest: ProgramGuest) -> None:
    guest.call("getSession", **guest.ids)
    guest.call("getGuestHistory")
    guest.call("getJourneySessions", mainSessionId=guest.main or guest.session)


def steal(guest: ProgramGuest) -> None:
    """Whatever is another guest's is not found."""
    [other] = guest.others
    for name in ("completeSession", "abandonSession", "startTransform", "getSession"):
        must_refuse("NOT_FOUND", guest, name, **other.ids)


def lie(guest: ProgramGuest) -> None:
    """Fields of the server's, paths, and values that cannot be are refused."""
    for lie in ({"status": "completed"}, {"sessionId": "../x"}, {"currentStepIndex": -1}):
        must_refuse("INVALID_ARGUMENT", guest, "updateSessionProgress", **{**guest.ids, **lie})


def must_refuse(status: str, guest: ProgramGuest, name: str, /, **data: Any) -> None:
    try:
        guest.call(name, **data)
    except CallError as refused:
        if refused.status != status:
            raise
    else:
        raise AssertionError(f"{name} answered to {data}")


ACTIONS: dict[str, Callable[[ProgramGuest], Any]] = {
    name.replace("_", " "): do
    for name, do in globals().items()
    if isinstance(do, FunctionType) and list(do.__annotations__) == ["guest", "return"]
}
WEATHER: dict[str, dict[str, Any]] = {
    "nothing goes wrong": {},
    "everything comes twice": {"duplicate": 1},
    "events are lost": {"drop": 1},
    "some events are lost, some come twice": {"drop": 0.3, "duplicate": 0.5},
    "events are late": {"delayMs": [0, 300]},
    "events overtake each other": {"reorder": 1},
    "commits are aborted": {"abort": 0.15},
    "killed before the third commit": {"killAtCommit": 3, "killWhen": "before"},
    "killed after the second commit": {"killAtCommit": 2, "killWhen": "after"},
}
SWEEPS = {"sweep of jobs": "sweepJobs", "sweep of sessions": "sweepSessions"}
REFUSALS = {
    "FAILED_PRECONDITION",
    "NOT_FOUND",
    "ABORTED",
    "ALREADY_EXISTS",
    "RESOURCE_EXHAUSTED",
    "INVALID_ARGUMENT",  # a preshare for a session that is no main one
}

actions = st.sampled_from([*["advance"] * 6, *ACTIONS])
taps = st.tuples(st.sampled_from(["ann", "bob"]), actions)
at_one_moment = st.lists(taps, min_size=1, max_size=4)
programs = st.lists(
    at_one_moment | at_one_moment | st.sampled_from([*WEATHER, *SWEEPS]), min_size=4, max_size=12
)


class TestPrograms:
    @given(program=programs)
    @settings(
        max_examples=OTHERS or 4,
        derandomize=not OTHERS,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # a failure may hang on timing: making it smaller takes minutes
        suppress_health_check=list(HealthCheck),
    )
    def test_end_well_for_everybody(self, faulty_suite: FaultySuite, program: list[Any]) -> None:
        venue = faulty_suite.venue(pregate=True, preshare=True)
        faulty_suite.projects = [venue.project]
        guests = {
            uid: ProgramGuest(faulty_suite, venue, f"{uid}-{new_id()}") for uid in ("ann", "bob")
        }
        guests["ann"].others, guests["bob"].others = [guests["bob"]], [guests["ann"]]
        killed = False
        for moment in program:
            if isinstance(moment, str) and moment in WEATHER:
                faulty_suite.faults(**WEATHER[moment])
                killed |= "kill" in moment
            elif isinstance(moment, str):
                sweep(faulty_suite, SWEEPS[moment], killed=killed)
            else:
                at_once(len(moment), partial(tap, guests, moment, killed))
        faulty_suite.recover()
        check(faulty_suite.suite, faulty_suite.db)
        for guest in guests.values():
            assert any(advance(guest) for _ in range(STEPS_TO_SHARE)), "does not arrive"
        faulty_suite.recover()
        check(faulty_suite.suite, faulty_suite.db)


def tap(guests: dict[str, ProgramGuest], moment: list[Any], killed: bool, number: int) -> None:
    """One guest's action; it may be refused, and nothing worse unless a process was killed."""
    uid, action = moment[number]
    allowed = REFUSALS | ({"INTERNAL"} if killed else set())
    try:
        ACTIONS[action](guests[uid])
    except CallError as refused:
        if refused.status not in allowed:
            raise
    except requests.RequestException:
        if not killed:
            raise


def sweep(faulty_suite: FaultySuite, name: str, *, killed: bool) -> None:
    try:
        status = faulty_suite.suite.scheduler.run(name)
    except SuiteError:
        assert killed, f"{name} did not end"
    else:
        assert status == 200 or killed, f"{name} answered {status}"
