"""What is true of events, their journeys and steps, and the experiences of events."""

from collections.abc import Iterator

from experience.events.models.journey import MAX_JOURNEY_STEPS
from experience.steps.screens import SELECTED_EXPERIENCE, CaptureStep, ExperiencePickerStep
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def events_say_where_they_are(data: Data) -> Found:
    """`id` and `eventId` are those of the path, and the workspace exists."""
    for path, event in data.events.items():
        if path != f"events/{event.id}":
            yield path, f"has the id {event.id}"
    for path, journey in data.journeys.items():
        if path != f"events/{journey.event_id}/journeys/{journey.id}":
            yield path, f"has the id {journey.id} of {journey.event_id}"
    for path, step in data.event_steps.items():
        if not path.endswith(f"/steps/{step.id}"):
            yield path, f"has the id {step.id}"
    for path, experience in data.event_experiences.items():
        if path != f"experiences/{experience.id}":
            yield path, f"has the id {experience.id}"
    for kind in (data.events, data.event_experiences):
        for path, each in kind.items():
            if f"workspaces/{each.workspace_id}" not in data.workspaces:
                yield path, f"is of workspace {each.workspace_id}, which does not exist"


def an_active_journey_can_be_passed(data: Data) -> Found:
    """What an event's guests are led through is a journey of it, not deleted, with steps."""
    for path, event in data.events.items():
        if event.active_journey_id is None:
            continue
        journey = data.journeys.get(f"{path}/journeys/{event.active_journey_id}")
        if journey is None:
            yield path, f"has the active journey {event.active_journey_id}, which does not exist"
        elif not journey.is_active:
            yield path, f"has the active journey {journey.id}, which is deleted"
        elif not journey.step_order:
            yield path, f"has the active journey {journey.id}, which has no steps"


def a_journey_has_each_step_once(data: Data) -> Found:
    """The order names steps of the event, each once, and no more than there may be."""
    for path, journey in data.journeys.items():
        order, event = journey.step_order, path.rpartition("/journeys/")[0]
        twice = sorted({each for each in order if order.count(each) > 1})
        if twice:
            yield path, f"has more than once: {', '.join(twice)}"
        if len(order) > MAX_JOURNEY_STEPS:
            yield path, f"has {len(order)} steps"
        missing = [each for each in order if f"{event}/steps/{each}" not in data.event_steps]
        if missing:
            yield path, f"has no steps for: {', '.join(missing)}"


def a_step_offers_what_its_workspace_has(data: Data) -> Found:
    """A picker and a capture name experiences of the event's workspace."""
    for path, step in data.event_steps.items():
        if step.id == SELECTED_EXPERIENCE:
            yield path, "has the name of a guest's choice"
        event = data.events.get(path.rpartition("/steps/")[0])
        if event is None:
            yield path, "belongs to no event"
            continue
        named: list[str] = []
        if isinstance(step, ExperiencePickerStep):
            named = step.config.experience_ids
        elif isinstance(step, CaptureStep) and step.config.fallback_experience_id:
            named = [step.config.fallback_experience_id]
        for each in named:
            experience = data.event_experiences.get(f"experiences/{each}")
            if experience is None or experience.workspace_id != event.workspace_id:
                yield path, f"names experience {each}, which workspace {event.workspace_id} lacks"


EVENT_INVARIANTS = (
    events_say_where_they_are,
    an_active_journey_can_be_passed,
    a_journey_has_each_step_once,
    a_step_offers_what_its_workspace_has,
)
