"""What a sweep goes through: for each project and event what is over, and all objects."""

from collections.abc import Iterator
from typing import Any

from experience import storage, sweeps, transactions
from experience.events.models.event import Event
from experience.media.store.objects import EVENT_FOLDERS
from experience.projects.models import Project
from experience.retention import store
from experience.retention.models import kept_since
from experience.retention.usecases.sweep_run import SweepRun
from experience.store import parse_or_log
from experience.sweeps import Rest


def all_ranges(run: SweepRun) -> Iterator[Rest]:
    """All that may be over: times of projects and events, and positions of objects' sessions.

    A read for each project and event with a number of days, and a request to the storage for a
    thousand folders.
    """

    def of(kind: str, parent: str, until: int = storage.LAST_POSITION) -> Rest:
        return run.rest.model_copy(update={"kind": kind, "parent": parent, "until": until})

    for project, until in _limited(run, store.query_limited_projects(run.client)):
        yield of("guests", project, until)
        yield of("sessions", project, until)
        yield of("counts", project, until)
    for event, until in _limited(run, store.query_limited_events(run.client)):
        yield of("eventSessions", event, until)
        yield of("eventGuests", event, until)
        yield of("counts", event, until)
    for folder in storage.list_folders("projects/"):
        yield of("uploads", folder.removesuffix("/"))
    for kind in EVENT_FOLDERS:
        for folder in storage.list_folders(f"{kind}/"):
            yield of("eventUploads", folder.removesuffix("/"))


def _limited(run: SweepRun, query: Any) -> Iterator[tuple[str, int]]:
    """The paths of what keeps its visits for a number of days, and until when they are over."""
    found = [each for page in sweeps.query_pages(query) for each in page]
    for each in found:
        until = _kept_until(each, run.now)
        if until is not None:
            yield each.reference.path, until


def _kept_until(found: sweeps.Found, now: int) -> int | None:
    """What a project or an event no longer keeps was there by then; None where it keeps all."""
    if found.reference.path.startswith("events/"):
        event = parse_or_log(found, Event)
        return kept_since(event.retention_days, now) if event else None
    project = parse_or_log(found, Project)
    return kept_since(project.config().retention_days, now) if project else None


def still_due(run: SweepRun, rest: Rest) -> Rest | None:
    """The range as far as its project or event does not keep it by now. One read."""
    if rest.kind in ("uploads", "eventUploads"):
        return rest
    [found] = transactions.read(run.client, [run.client.document(rest.parent)])
    until = _kept_until(found, run.now)
    if until is None:
        return None
    run.kept_until = until
    return rest.model_copy(update={"until": min(until, rest.until)})
