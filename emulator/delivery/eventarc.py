"""Routes Firestore's events from the emulator to the functions, as Eventarc does.

The emulator posts the events of all projects one at a time, gives up after 20 seconds and never
retries. So the router accepts each event at once. Like Eventarc it delivers them concurrently, in
any order, and retries for 24 hours if the function requests it.
Source: https://cloud.google.com/eventarc/docs/retry-events
Loss, duplication, delay and reordering are injected as faults.
"""

import base64
import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.wrappers import Request, Response

from emulator.faults.injector import FaultInjector
from emulator.functions.supervisor import FunctionsSupervisor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


log = logging.getLogger(__name__)

MAX_WORKERS = 8  # with more, the functions' threads wait for each other
MAX_DELIVERY_SECONDS = 540  # the timeout of an event function
MAX_RETRY_SECONDS = 24 * 60 * 60
MIN_BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 60.0
MAX_HOLD_SECONDS = 0.5  # for how long an event waits to be overtaken by another


@dataclass(frozen=True, eq=False)
class Event:
    """A delivery to be made. `follow_up` is delivered when this one is done."""

    project: str
    function: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    number: int = 0  # in the order of arrival
    follow_up: "Event | None" = None

    @property
    def subject(self) -> str:
        """The function, the kind of event and the document: the same in every run."""
        return f"{self.function} {self.headers.get('ce-type')} {self.headers.get('ce-document')}"

    def without_change(self) -> "Event | None":
        """The event of a later write of the same content, or of another delete."""
        from google.events.cloud.firestore import DocumentEventData

        kind = self.headers.get("ce-type", "").rpartition(".")[2]
        if kind == "created":
            return None  # an existing document cannot be created
        value = DocumentEventData.deserialize(self.body).value
        document = {"value": value, "old_value": value} if value else {}
        return replace(
            self,
            headers={**self.headers, "ce-id": f"{self.headers.get('ce-id')}-unchanged"},
            body=DocumentEventData.serialize(DocumentEventData(**document, update_mask={})),
        )


class EventRouter:
    """Receives events from the Firestore emulator and delivers them to the functions.

    `time_scale` multiplies the pauses before retries and the delays that faults cause.
    """

    def __init__(
        self,
        functions: FunctionsSupervisor,
        time_scale: float = 1,
        injector: FaultInjector | None = None,
    ) -> None:
        self._functions = functions
        self._time_scale = time_scale
        self._injector = injector or FaultInjector()
        self._numbers = itertools.count()
        self._held: Event | None = None  # until a later event has been delivered
        self._pool = ThreadPoolExecutor(MAX_WORKERS, thread_name_prefix="event-router")
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()
        self._pending = 0
        self._closed = False
        self.app: WSGIApplication = Request.application(self._receive)

    @property
    def pending(self) -> int:
        """The number of events accepted and not yet done, waiting ones included."""
        return self._pending

    def triggers(self, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
        """What to register with the Firestore emulator: event type and document, by function."""
        return [
            {"id": name, "eventType": trigger["eventType"], "document": _document(trigger)}
            for name, endpoint in manifest["endpoints"].items()
            if (trigger := endpoint.get("eventTrigger")) is not None
            and trigger["eventType"].startswith("google.cloud.firestore.document.")
        ]

    def close(self) -> None:
        """Drop the events that were not delivered."""
        with self._lock:
            self._closed = True
            for timer in self._timers:
                timer.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _receive(self, request: Request) -> Response:
        match request.path.strip("/").split("/"):
            case ["functions", "projects", project, "triggers", function]:
                pass
            case _:
                return Response("Events go to /functions/projects/PROJECT/triggers/NAME.", 404)
        headers = {
            name.lower(): value
            for name, value in request.headers.items()
            if name.lower().startswith("ce-") or name.lower() == "content-type"
        }
        self.deliver(Event(project, function, headers, base64.b64decode(request.get_data())))
        return Response()

    def deliver(self, event: Event) -> None:
        """Deliver the event concurrently with others, subject to faults."""
        if event.project != self._functions.project:  # no retry would help
            log.error(
                "event for %s dropped: it is of project %s, and the functions serve %s",
                event.function,
                event.project,
                self._functions.project,
            )
            return
        if self._injector.injects("drop", event.subject):
            log.warning("fault: event for %s is lost", event.function)
            return
        event = replace(event, number=next(self._numbers))
        for delivery in self._deliveries(event):
            self._begin(delivery)

    def _deliveries(self, event: Event) -> list[Event]:
        """The event, and the redundant deliveries with it or after it."""
        injector, subject = self._injector, event.subject
        deliveries = [event]
        if injector.injects("duplicate", subject):
            after = injector.flip_coin("duplicate.after", subject)
            deliveries = [replace(event, follow_up=event)] if after else [event, event]
        if injector.injects("duplicate.unchanged", subject, share=0.5):
            deliveries += filter(None, [event.without_change()])
        return deliveries

    def _begin(self, event: Event) -> None:
        """Deliver now, after a delay, or when another event has overtaken this one."""
        pause = self._injector.delay_seconds(event.subject)
        with self._lock:
            self._pending += 1
            is_held = self._held is None and self._injector.injects("reorder", event.subject)
            if is_held:
                self._held = event
        if is_held:
            self._later(MAX_HOLD_SECONDS, self._release, event)
        elif pause:
            self._later(pause, self._start, event)
        else:
            self._start(event)

    def _release(self, held: Event) -> None:
        with self._lock:
            if self._held is not held:
                return
            self._held = None
        self._start(held)

    def _start(self, event: Event) -> None:
        self._submit(event, 0, time.monotonic())

    def _submit(self, event: Event, attempt: int, first: float) -> None:
        with self._lock:
            if not self._closed:
                self._pool.submit(self._attempt, event, attempt, first)

    def _attempt(self, event: Event, attempt: int, first: float) -> None:
        failure = self._post(event)
        if failure is None:
            self._done(event)
            return
        trigger = self._functions.endpoints("eventTrigger").get(event.function, {})
        if not trigger.get("retry") or time.monotonic() - first > MAX_RETRY_SECONDS:
            log.error("event for %s dropped: %s", event.function, failure)
            self._done(event)
            return
        log.warning("event for %s failed and is retried: %s", event.function, failure)
        pause = min(MIN_BACKOFF_SECONDS * 2**attempt, MAX_BACKOFF_SECONDS)
        self._later(pause, self._submit, event, attempt + 1, first)

    def _later(self, seconds: float, do: Callable[..., None], *args: Any) -> None:
        timer = threading.Timer(seconds * self._time_scale, do, args)
        timer.daemon = True
        with self._lock:
            self._timers = {waiting for waiting in self._timers if waiting.is_alive()} | {timer}
            if not self._closed:
                timer.start()

    def _post(self, event: Event) -> str | None:
        """The reason for a failure, or None."""
        path = f"/functions/projects/{event.project}/triggers/{event.function}"
        try:
            response = self._functions.post(
                self._functions.events_url + path, event.body, event.headers, MAX_DELIVERY_SECONDS
            )
        except requests.RequestException as error:
            return str(error)
        return None if response.ok else f"the response was {response.status_code} {response.text}"

    def _done(self, event: Event) -> None:
        """Start the deliveries that waited for this one."""
        held = self._held
        if held and held.number < event.number and held.body != event.body:
            self._release(held)
        if event.follow_up:
            self._start(event.follow_up)
        else:
            with self._lock:
                self._pending -= 1


def _document(trigger: Mapping[str, Any]) -> str:
    patterns = trigger.get("eventFilterPathPatterns", {})
    return str(patterns.get("document") or trigger["eventFilters"]["document"])
