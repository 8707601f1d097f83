"""What guests do during an evening, by the clients of the demo, and every request is recorded."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from emulator.demo import seed, trail
from emulator.demo.chaos import MAX_TRIES, RETRYABLE
from emulator.demo.client import CallError, Client
from emulator.demo.guest_client import GuestClient, address_of
from emulator.demo.journey_client import JourneyClient
from emulator.process.errors import SuiteError
from emulator.rehearsal.evening import Plan, think_seconds
from emulator.rehearsal.record import NO_RESPONSE, UPLOAD, Record

PHASES = {"pregate", "main", "preshare"}
BATCH = 50
POLL_SECONDS = 2.0
MAX_PICTURE_SECONDS = 120.0
PAUSE_SECONDS = 3.0  # before a guest who left comes back
TRAIL = {"workspaceId": seed.WORKSPACE, "experienceId": trail.EXPERIENCE}


class LeftEarly(Exception):  # noqa: N818 - the guest puts the phone away
    """The guest goes before the end of the visit."""


@dataclass
class Phone(Client):
    """A client that takes its time, repeats what may be repeated, and records every request."""

    record: Record = field(default_factory=Record)
    source: random.Random = field(default_factory=random.Random)
    leaves_after: int | None = None

    def call(self, name: str, /, **data: Any) -> Any:
        """The result, after thinking. Raises CallError, and LeftEarly where the guest has gone."""
        self._think()
        for attempt in range(MAX_TRIES):
            if attempt:
                time.sleep(self.source.uniform(0, min(4, 0.25 * 2**attempt)))
            try:
                return super().call(name, **data)
            except CallError as refused:
                if refused.status not in RETRYABLE:
                    raise
            except (requests.RequestException, ValueError):
                continue
        raise SuiteError(f"{self.uid}: {name} did not succeed in {MAX_TRIES} tries.")

    def post(self, name: str, body: Any) -> requests.Response:
        return self._recorded(name, lambda: super(Phone, self).post(name, body))

    def upload(self, upload: dict[str, Any], data: bytes) -> requests.Response:
        """Send the photo until it is stored."""
        for attempt in range(MAX_TRIES):
            if attempt:
                time.sleep(self.source.uniform(0, 1))
            try:
                sent = self._recorded(UPLOAD, lambda: super(Phone, self).upload(upload, data))
            except requests.RequestException:
                continue
            if sent.status_code == requests.codes.precondition_failed:
                sent.status_code = requests.codes.ok  # it is there: only the response was lost
            if sent.ok:
                return sent
        raise SuiteError(f"{self.uid} could not upload a photo.")

    def _think(self) -> None:
        if self.leaves_after is not None:
            self.leaves_after -= 1
            if self.leaves_after < 0:
                raise LeftEarly
        if self.record.broken_off.wait(think_seconds(self.source)):
            raise LeftEarly

    def _recorded(self, name: str, send: Callable[[], requests.Response]) -> requests.Response:
        sent, reason = self.record.now, NO_RESPONSE
        try:
            response = send()
            reason = _reason(response)
        finally:
            self.record.add(name, sent, reason)
        return response


def _reason(response: requests.Response) -> str:
    if response.ok:
        return "ok"
    try:
        return str(response.json()["error"]["details"]["reason"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"


class ProjectGuest(GuestClient):
    """A guest of the project, who may reload the page and tap twice."""

    def __init__(self, phone: Phone, plan: Plan, photo: bytes, visit: int) -> None:
        super().__init__(phone, seed.PROJECT, photo, address_of(str(phone.uid)))
        self.phone = phone
        self.plan = plan
        self.visit_number = visit

    def visit(self) -> None:
        """Go from the welcome to the picture."""
        experience = phone_choice(self.phone)
        self.enter()
        step = self.call("getNextPhase", experienceId=experience)
        main = None
        while step["phase"] in PHASES:
            played = self.play_phase(step)
            main = played if step["phase"] == "main" else main
            step = played.next
        if main:
            self.see_picture(main.id)

    def create_session(self, experience: str, **more: Any) -> Any:
        """Create a session; a repeated call is the same request."""
        more["requestId"] = f"{self.uid}-{self.visit_number}-{experience}"
        created = super().create_session(experience, **more)
        if self.plan.taps_twice:
            super().create_session(experience, **more)
        if self.plan.reloads:
            self.enter()
            self.call("getSession", sessionId=created["session"]["id"])
        return created

    def see_picture(self, main_session: str) -> None:
        """Wait for the picture, and open it."""
        began = time.monotonic()
        sessions = self.call("getJourneySessions", mainSessionId=main_session)
        while time.monotonic() < began + MAX_PICTURE_SECONDS:
            if job_id := sessions["main"].get("jobId"):
                job = self.call("getJob", jobId=job_id)
                if job["status"] in {"failed", "cancelled"}:
                    self.phone.record.end(f"picture {job['status']}")
                    return
                if job.get("output"):
                    self.phone.record.pictures.append(time.monotonic() - began)
                    asset = {"sessionId": main_session, "assetId": job["output"]["assetId"]}
                    self.call("getDownloadUrl", **asset)
                    return
            else:
                sessions = self.call("getJourneySessions", mainSessionId=main_session)
            time.sleep(POLL_SECONDS)
        self.phone.record.end("picture not seen in time")


class EventGuest(JourneyClient):
    """A guest of the event: a journey through all step types."""

    def __init__(self, phone: Phone, _plan: Plan, photo: bytes, visit: int) -> None:
        super().__init__(phone, seed.EVENT, photo, address_of(str(phone.uid)))
        self.phone = phone
        self.visit_number = visit

    def visit(self) -> None:
        """Go from the first step to the last."""
        request = f"{self.phone.uid}-{self.visit_number}"
        begun = self.start(consentVersion=seed.CONSENT["version"], requestId=request)
        self.play(phone_choice(self.phone), begun["steps"], self.wait)

    def wait(self) -> None:
        """Wait for the picture."""
        began = time.monotonic()
        while time.monotonic() < began + MAX_PICTURE_SECONDS:
            session = self.call("getEventSession")["session"]
            if session["state"] in {"ready", "error"}:
                if session["state"] == "ready":
                    self.phone.record.pictures.append(time.monotonic() - began)
                return
            time.sleep(POLL_SECONDS)
        self.phone.record.end("picture not seen in time")


class Player:
    """A visitor of the trail, whose phone sends progress in batches."""

    def __init__(self, phone: Phone, plan: Plan, _photo: bytes, visit: int) -> None:
        self.phone = phone
        self.plan = plan
        self.visit_number = visit

    def visit(self) -> None:
        """Walk a part of the trail, and look at the board."""
        passed = self.phone.source.randint(1, len(trail.WAYPOINTS))
        events = list(trail.walk(self.plan.number, passed, time.time_ns() // 1_000_000))
        for first in range(0, len(events), BATCH):
            batch = {"batchId": f"{self.visit_number}-{first}", "events": events[first:][:BATCH]}
            self.phone.call("trackProgressEvents", **TRAIL, **batch)
        self.phone.call("setNickname", **TRAIL, nickname=f"Guest {self.plan.number}")
        self.phone.call("getExperienceProgress", **TRAIL)
        self.phone.call("getLeaderboard", **TRAIL, metric="xp", period="day")


GUESTS: dict[str, type[ProjectGuest | EventGuest | Player]] = {
    "project": ProjectGuest,
    "journey": EventGuest,
    "player": Player,
}


def phone_choice(phone: Phone) -> str:
    """The experience that a guest picks."""
    return phone.source.choice((seed.CARTOON, seed.SKETCH))


def play(env: Mapping[str, str], plan: Plan, photo: bytes, record: Record) -> None:
    """Play one guest's visit, and a second one if they come back; record how each ended."""
    phone = Phone.of(env, f"guest-{plan.number:04}")
    phone.record, phone.source = record, random.Random(plan.seed)  # noqa: S311 - repeatable
    phone.leaves_after = plan.leaves_after
    try:
        try:
            GUESTS[plan.kind](phone, plan, photo, 1).visit()
            record.end("to the end")
        except LeftEarly:
            record.end("left half-way")
            if plan.returns and not record.broken_off.wait(PAUSE_SECONDS):
                phone.leaves_after = None
                GUESTS[plan.kind](phone, plan, photo, 2).visit()
                record.end("came back, to the end")
    except CallError as refused:
        record.end(f"refused: {refused.reason}")
    except SuiteError:
        record.end("gave up after many tries")
    finally:
        phone.close()


def open_trail(env: Mapping[str, str]) -> None:
    """Publish the trail that players walk."""
    operator = Client.of(env, seed.OPERATOR)
    new = {"expectedVersion": 0, "name": "The Wylding Woods", "draft": trail.draft()}
    saved = operator.call("saveExperience", **TRAIL, **new)
    operator.call("publishExperience", **TRAIL, expectedVersion=saved["draftVersion"])
    operator.close()
