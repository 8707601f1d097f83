"""The callables of a picture's short address, its page, and taking all addresses back."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.web_pages import page_function
from experience.journeys.models.session import EventSessionView
from experience.sessions.models.views import SessionView
from experience.shares.models.share import (
    CreateShare,
    GetShare,
    RevokeEventShare,
    RevokeShare,
    ShareView,
)
from experience.shares.usecases import create, read, revoke, revoke_event, show
from experience.web_pages import PageRequest, WebPage


@callable_function(
    CreateShare,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.NO_RESULT,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def create_share(caller: Caller, request: CreateShare) -> ShareView:
    """Give the picture of a session a short address, or return the one that it has."""
    return create.create_share(caller.uid, request)


@callable_function(GetShare, refuses=[reasons.SHARE_NOT_FOUND])
def get_share(caller: Caller, request: GetShare) -> ShareView:
    """What a short address leads to, for the guest whose picture it is and nobody else."""
    return read.get_share(caller.uid, request)


@callable_function(
    RevokeShare,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.NO_RESULT,
        reasons.PROJECT_NOT_FOUND,
        reasons.CONTENTION,
    ],
)
def revoke_share(caller: Caller, request: RevokeShare) -> SessionView:
    """Give the picture a new address; every one that was handed out before ends; attendants too."""
    return revoke.revoke_share(caller.uid, request)


@callable_function(
    RevokeEventShare,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.NO_RESULT,
        reasons.CONTENTION,
    ],
)
def revoke_event_share(caller: Caller, request: RevokeEventShare) -> EventSessionView:
    """As `revokeShare`, for the picture of an event's session; attendants too."""
    return revoke_event.revoke_event_share(caller.uid, request)


@page_function
def show_share(request: PageRequest) -> WebPage:
    """The page at the short address of a picture, for everybody who has it."""
    return show.show_share(request)
