"""Callables of the people who run events."""

from experience import reasons
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.events.models.requests import (
    ListEvents,
    SavedStep,
    SaveEvent,
    SaveEventExperience,
    SaveJourney,
    SaveStep,
    SetActiveJourney,
)
from experience.events.usecases import activate, read, save
from experience.events.usecases import save_step as steps
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page


@callable_function(
    SaveEvent,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EVENT_ID_TAKEN,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_event(caller: Caller, request: SaveEvent) -> Event:
    """Create an event or change it; editors."""
    return save.save_event(caller.uid, request)


@callable_function(
    SaveJourney,
    refuses=[
        reasons.EVENT_NOT_FOUND,
        reasons.JOURNEY_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.STEPS_MISSING,
        reasons.JOURNEY_ACTIVE,
        reasons.JOURNEY_EMPTY,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_journey(caller: Caller, request: SaveJourney) -> Journey:
    """Create a journey of an event or change it; editors."""
    return save.save_journey(caller.uid, request)


@callable_function(
    SaveStep,
    refuses=[
        reasons.EVENT_NOT_FOUND,
        reasons.STEP_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EXPERIENCES_UNAVAILABLE,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_step(caller: Caller, request: SaveStep) -> SavedStep:
    """Create a step of an event or change it; editors."""
    return steps.save_step(caller.uid, request)


@callable_function(
    SetActiveJourney,
    refuses=[
        reasons.EVENT_NOT_FOUND,
        reasons.JOURNEY_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOURNEY_DELETED,
        reasons.JOURNEY_EMPTY,
        reasons.STEPS_MISSING,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def set_active_journey(caller: Caller, request: SetActiveJourney) -> Event:
    """Choose the journey that the event's next sessions go through; editors."""
    return activate.set_active_journey(caller.uid, request)


@callable_function(
    SaveEventExperience,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EXPERIENCE_ID_TAKEN,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_event_experience(caller: Caller, request: SaveEventExperience) -> EventExperience:
    """Create an experience of events or change it; editors."""
    return save.save_event_experience(caller.uid, request)


@callable_function(
    ListEvents,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_events(caller: Caller, request: ListEvents) -> Page[Event]:
    """The workspace's events, the newest first; members."""
    return read.list_events(caller.uid, request)
