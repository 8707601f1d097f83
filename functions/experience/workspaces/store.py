"""Where workspaces, members and experiences live."""

from collections.abc import Collection

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Transaction,
)

from experience import config, transactions
from experience.errors import NotFound
from experience.store import Memory, find, get, parse_or_log, require
from experience.workspaces.models import (
    Experience,
    ExperienceConfig,
    ExperienceVersion,
    Member,
    Role,
    Workspace,
)

MAX_CACHED_VERSIONS = 200
MAX_CACHED_STATUSES = 1000


def workspace_ref(client: Client, workspace_id: str) -> DocumentReference:
    """`/workspaces/{w}`"""
    return client.document("workspaces", workspace_id)


def member_ref(client: Client, workspace_id: str, uid: str) -> DocumentReference:
    """`/workspaces/{w}/members/{uid}`"""
    return client.document("workspaces", workspace_id, "members", uid)


def token_usage_ref(client: Client, workspace_id: str, day: str) -> DocumentReference:
    """`/workspaces/{w}/tokenUsage/{yyyymmdd}`"""
    return client.document("workspaces", workspace_id, "tokenUsage", day)


def experience_ref(client: Client, workspace_id: str, experience_id: str) -> DocumentReference:
    """`/workspaces/{w}/experiences/{e}`"""
    return client.document("workspaces", workspace_id, "experiences", experience_id)


def experiences_ref(client: Client, workspace_id: str) -> CollectionReference:
    """`/workspaces/{w}/experiences`"""
    return client.collection("workspaces", workspace_id, "experiences")


def find_owners(client: Client, workspace_id: str) -> list[str]:
    """The uids of a workspace's owners."""
    members = client.collection("workspaces", workspace_id, "members")
    query = members.where(filter=FieldFilter("role", "==", Role.OWNER.value))
    return [snapshot.id for snapshot in query.stream()]


def version_ref(
    client: Client, workspace_id: str, experience_id: str, version: int
) -> DocumentReference:
    """`/workspaces/{w}/experiences/{e}/experienceVersions/{n}`"""
    path = ("workspaces", workspace_id, "experiences", experience_id)
    return client.document(*path, "experienceVersions", str(version))


def find_role(
    client: Client, workspace_id: str, uid: str, transaction: Transaction | None = None
) -> Role | None:
    """The caller's role in a workspace, or None for non-members. One read.

    A deleted workspace has no members: not even its owner passes, but by `saveWorkspace`.
    """
    if is_deleted(client, workspace_id):
        return None
    member = find(client, member_ref(client, workspace_id, uid), Member, transaction)
    return member.role if member else None


_deleted = Memory[bool](MAX_CACHED_STATUSES, lambda: config.STATUS_SECONDS.value)


def is_deleted(client: Client, workspace_id: str) -> bool:
    """Whether a workspace was deleted, as of `STATUS_SECONDS` ago at most.

    One read in this process within that time. It is the one place that decides.
    """
    reference = workspace_ref(client, workspace_id)
    key = f"{client.project}/{reference.path}"
    if (kept := _deleted.get(key)) is not None:
        return kept
    return _deleted.keep(key, bool(find_deleted(client, [workspace_id])))


_statuses = Memory[tuple[str, int | None]](MAX_CACHED_STATUSES, lambda: config.STATUS_SECONDS.value)


def get_experience_status(
    client: Client, workspace_id: str, experience_id: str
) -> tuple[str, int | None]:
    """An experience's status and published version, as of `STATUS_SECONDS` ago at most.

    Two reads in this process within that time, and none in between. Raises NotFound where there is
    none, or its workspace was deleted.
    """
    if is_deleted(client, workspace_id):
        raise NotFound("experience")
    reference = experience_ref(client, workspace_id, experience_id)
    key = f"{client.project}/{reference.path}"
    if kept := _statuses.get(key):
        return kept
    found = get(client, reference, Experience, what="experience")
    return _statuses.keep(key, (found.status, found.published_version))


def find_deleted(client: Client, workspace_ids: Collection[str]) -> set[str]:
    """Those of the workspaces that are deleted at this moment. One read each, in one request."""
    if not workspace_ids:
        return set()
    references = [workspace_ref(client, each) for each in workspace_ids]
    found = transactions.read(client, references)
    return {
        snapshot.id
        for snapshot in found
        if (transactions.fields(snapshot) or {}).get("status") == "deleted"
    }


def find_owner_role(
    client: Client, workspace: Workspace, uid: str, transaction: Transaction
) -> Role | None:
    """As `find_role`, but the owner of a deleted workspace is found too, to restore it."""
    member = find(client, member_ref(client, workspace.id, uid), Member, transaction)
    role = member.role if member else None
    return role if role is Role.OWNER or workspace.status == "active" else None


def find_experiences(
    client: Client,
    workspace_id: str,
    experience_ids: list[str],
    transaction: Transaction | None = None,
) -> dict[str, Experience]:
    """The experiences of these ids that exist, in one request and one read each.

    One that cannot be read counts as missing, so that the others can still be played.
    """
    wanted = list(dict.fromkeys(experience_ids))
    if not wanted:
        return {}
    references = [experience_ref(client, workspace_id, each) for each in wanted]
    found = {}
    for snapshot in transactions.read(client, references, transaction):
        if experience := parse_or_log(snapshot, Experience):
            found[snapshot.id] = experience
    return found


# Published versions never change, so an instance reads each of them once.
_versions = Memory[ExperienceVersion](MAX_CACHED_VERSIONS)


def get_version(
    client: Client, workspace_id: str, experience_id: str, version: int
) -> ExperienceVersion:
    """A published version: one read the first time in this process, none after. NotFound."""
    reference = version_ref(client, workspace_id, experience_id, version)
    key = f"{client.project}/{reference.path}"
    if kept := _versions.get(key):
        return kept
    found = get(client, reference, ExperienceVersion, what="experience version")
    return _versions.keep(key, found)


def get_draft(client: Client, workspace_id: str, experience_id: str) -> ExperienceConfig:
    """The draft as it stands now. One read. NotFound."""
    found = find_experiences(client, workspace_id, [experience_id])
    return require(found.get(experience_id), what="experience").draft
