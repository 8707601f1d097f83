"""Callables of the people who run a workspace."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.request_body import MAX_LARGE_BODY_BYTES
from experience.pages import Page
from experience.workspaces.models import (
    Experience,
    ListExperiences,
    Membership,
    PublishExperience,
    SaveExperience,
    SaveWorkspace,
    SetMember,
    Workspace,
)
from experience.workspaces.usecases import members, publish, read, save, workspace


@callable_function(
    SaveExperience,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
    max_body_bytes=MAX_LARGE_BODY_BYTES,
)
def save_experience(caller: Caller, request: SaveExperience) -> Experience:
    """Create an experience or change its draft; editors."""
    return save.save_experience(caller.uid, request)


@callable_function(
    PublishExperience,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EXPERIENCE_DELETED,
        reasons.EXPERIENCE_EMPTY,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def publish_experience(caller: Caller, request: PublishExperience) -> Experience:
    """Make the draft what guests get from now on; editors."""
    return publish.publish_experience(caller.uid, request)


@callable_function(
    SaveWorkspace,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_workspace(caller: Caller, request: SaveWorkspace) -> Workspace:
    """Change the workspace's name or limit, delete it or restore it; owners."""
    return workspace.save_workspace(caller.uid, request)


@callable_function(
    SetMember,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.LAST_OWNER,
        reasons.CONTENTION,
    ],
)
def set_member(caller: Caller, request: SetMember) -> Membership:
    """Give, change or take a role in the workspace; admins."""
    return members.set_member(caller.uid, request)


@callable_function(
    ListExperiences,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_experiences(caller: Caller, request: ListExperiences) -> Page[Experience]:
    """The workspace's experiences, the newest first; members."""
    return read.list_experiences(caller.uid, request)
