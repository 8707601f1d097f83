"""Moving what an event consists of into a project: `python -m operations migrate-event`.

A guest of an event picks an experience on the way; a guest of a project chooses a main experience
at its beginning, and every one has steps of its own. So each experience that the journey offers
becomes a main experience with all the journey's steps but the picker.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clock, storage, transactions
from experience.documents import Document
from experience.events import store
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.ids import derived_id
from experience.projects.models import (
    RESERVED_IDS,
    Consent,
    ExperienceRef,
    Project,
    ProjectConfig,
    ProjectStatus,
)
from experience.projects.store import project_ref
from experience.steps import Step, UnknownStep, parse_step
from experience.steps.screens import SELECTED_EXPERIENCE, CaptureStep, ExperiencePickerStep
from experience.store import find
from experience.workspaces.models import Experience, ExperienceConfig
from experience.workspaces.store import experience_ref, find_experiences

MAX_MAIN_EXPERIENCES = 50
"""Of a project's draft."""


class MigrationError(Exception):
    """Why the event cannot be moved, for the person at the terminal."""


@dataclass(frozen=True)
class Change:
    """One document of the project's side: `action` is `create`, `update` or `keep`.

    `fields` are those that are written, and of a kept document all.
    """

    action: str
    path: str
    fields: dict[str, Any]


@dataclass
class Migration:
    """What is written, and what the person at the terminal should know about it."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def migrate_event(client: Client, event_id: str, project_id: str, *, dry_run: bool) -> Migration:
    """Make the drafts of a project from an event. One transaction; none of it with `dry_run`.

    An experience that was made before stays as it is, so a repeat changes nothing, and neither does
    it undo what an editor changed since. The event stays too, until somebody archives it. Raises
    MigrationError.
    """

    def body(transaction: Transaction) -> Migration:
        migration = Migration()
        event, journey = _journey(client, transaction, event_id)
        steps = store.find_steps(client, event_id, journey.step_order, transaction)
        migration.notes += [
            f"step {each} does not exist and is left out"
            for each in journey.step_order
            if each not in steps
        ]
        drafts = _drafts(client, transaction, event, journey, list(steps.values()), migration)
        ids = [each.id for each in drafts]
        known = find_experiences(client, event.workspace_id, ids, transaction)
        for draft in drafts:
            reference = experience_ref(client, event.workspace_id, draft.id)
            if draft.id in known:
                migration.changes.append(_kept(reference.path, known[draft.id]))
            else:
                migration.changes.append(Change("create", reference.path, draft.dump()))
        migration.changes.append(_project(client, transaction, event, project_id, ids))
        if not dry_run:
            _write(client, transaction, migration.changes)
        return migration

    return transactions.run_optimistic(client, body)


def _journey(client: Client, transaction: Transaction, event_id: str) -> tuple[Event, Journey]:
    event = find(client, store.event_ref(client, event_id), Event, transaction)
    if event is None:
        raise MigrationError(f"there is no event {event_id}")
    if event.active_journey_id is None:
        raise MigrationError(f"event {event_id} has no active journey")
    journey = store.find_journey(client, event_id, event.active_journey_id, transaction)
    if journey is None or not journey.is_active:
        raise MigrationError(f"the active journey of event {event_id} is deleted or missing")
    return event, journey


def _drafts(
    client: Client,
    transaction: Transaction,
    event: Event,
    journey: Journey,
    steps: list[Step],
    migration: Migration,
) -> list[Experience]:
    """The main experiences: one for each that the journey offers, or else one without transform."""
    config = ExperienceConfig(steps=[_moved(each) for each in steps if not _chooses(each)])
    migration.notes += [
        f"step {each.id} is of a type or content that this version does not know"
        for each in config.steps
        if isinstance(each, UnknownStep)
    ]
    offered = list(dict.fromkeys(_offered(steps)))
    found = store.find_experiences(client, offered, transaction)
    drafts = []
    for each in offered:
        experience = found.get(each)
        if experience is None or experience.workspace_id != event.workspace_id:
            migration.notes.append(f"experience {each} does not exist in the workspace")
        elif not experience.is_active:
            migration.notes.append(f"experience {each} is deleted and is left out")
        else:
            migration.notes += _warnings(experience)
            transform = experience.ai_photo_config and experience.ai_photo_config.transform
            whole = config.model_copy(update={"transform": transform})
            drafts.append(_draft(event, each, experience.name, whole))
    return drafts or [_draft(event, "", journey.name, config)]


def _offered(steps: Iterable[Step]) -> Iterable[str]:
    """The experiences that a guest can end up with."""
    for step in steps:
        if isinstance(step, ExperiencePickerStep) and _chooses(step):
            yield from step.config.experience_ids
    for step in steps:
        if isinstance(step, CaptureStep) and step.config.fallback_experience_id:
            yield step.config.fallback_experience_id


def _chooses(step: Step) -> bool:
    """Whether a step is the choice that the project's welcome takes over."""
    return isinstance(step, ExperiencePickerStep) and step.config.variable == SELECTED_EXPERIENCE


def _moved(step: Step) -> Step:
    """The step without the version that it has as a document of its own."""
    stored = step.model_dump(by_alias=True, exclude_unset=True)
    stored.pop("version", None)
    return parse_step(stored)


def _draft(event: Event, experience_id: str, name: str, config: ExperienceConfig) -> Experience:
    now = clock.now_ms()
    return Experience(
        id=derived_id("experience of an event", event.id, experience_id),
        workspace_id=event.workspace_id,
        name=name[:100],
        draft=config,
        draft_version=1,
        created_at=now,
        updated_at=now,
    )


def _warnings(experience: EventExperience) -> Iterable[str]:
    """The reference images that no worker would read."""
    folder = f"workspaces/{experience.workspace_id}/"
    bucket = f"gs://{storage.bucket_name()}/"
    for each in (
        experience.ai_photo_config.reference_image_urls if experience.ai_photo_config else ()
    ):
        if not each.removeprefix(bucket).startswith(folder):
            yield f"experience {experience.id}: store {each} in {folder}, or no picture is made"


def _project(
    client: Client, transaction: Transaction, event: Event, project_id: str, ids: list[str]
) -> Change:
    """The project with these main experiences, and of the event what it does not say itself."""
    reference = project_ref(client, project_id)
    project, now = find(client, reference, Project, transaction), clock.now_ms()
    if project is not None and project.workspace_id != event.workspace_id:
        raise MigrationError(f"project {project_id} is of another workspace")
    if project is not None and project.status is ProjectStatus.DELETED:
        raise MigrationError(f"project {project_id} was deleted")
    if project is None and project_id in RESERVED_IDS:
        raise MigrationError(f"no project may have the id {project_id}")
    draft = project.draft_config if project else ProjectConfig()
    known = {each.experience_id for each in draft.experiences.references}
    added = [ExperienceRef(experience_id=each) for each in ids if each not in known]
    main = [*draft.experiences.main, *added]
    if len(main) > MAX_MAIN_EXPERIENCES:
        raise MigrationError(f"project {project_id} would have {len(main)} main experiences")
    consent = event.consent and Consent.load({"minimumAge": None, **event.consent.dump()})
    of_event = {
        "theme": event.theme.dump() if event.theme else None,
        "consent": consent,
        "retention_days": event.retention_days,
        "daily_transform_limit": event.daily_transform_limit,
    }
    changed = draft.model_copy(
        update={
            "experiences": draft.experiences.model_copy(update={"main": main}),
            **{name: value for name, value in of_event.items() if getattr(draft, name) is None},
        }
    )
    if project is None:
        made = Project(
            id=project_id,
            workspace_id=event.workspace_id,
            name=event.name[:100],
            draft_config=changed,
            created_at=now,
            updated_at=now,
        )
        return Change("create", reference.path, made.dump())
    if changed.dump() == draft.dump():
        return _kept(reference.path, project)
    version = project.draft_version + 1
    update = {"draft_config": changed, "draft_version": version, "updated_at": now}
    return Change("update", reference.path, project.difference(project.model_copy(update=update)))


def _kept(path: str, document: Document) -> Change:
    return Change("keep", path, document.dump())


def _write(client: Client, transaction: Transaction, changes: list[Change]) -> None:
    for change in changes:
        reference = client.document(change.path)
        if change.action == "create":
            transaction.create(reference, change.fields)
        elif change.action == "update":
            transaction.update(reference, change.fields)
