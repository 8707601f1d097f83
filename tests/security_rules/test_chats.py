"""A chat is read by its user, as long as they are a member and have not deleted it."""

from google.cloud.firestore import Client

from experience.ids import new_id
from tests.security_rules.clients import RestClient
from tests.security_rules.conftest import Setting


def a_chat(setting: Setting, letter: str, deleted_at: int | None = None) -> str:
    path = f"workspaces/{setting.workspace}/chatSessions/{new_id()}"
    owner = {"userId": setting.uid(letter), "tenantId": setting.workspace}
    setting.db.document(path).set({**owner, "deletedAt": deleted_at})
    setting.db.document(f"{path}/chatMessages/1").set({**owner, "number": 1})
    return path


def reads(who: RestClient, path: str) -> tuple[bool, bool, bool]:
    """The session, one of its messages, and all of them."""
    messages = f"{path}/chatMessages"
    return who.get(path), who.get(f"{messages}/1"), who.query(messages, limit=None)


def test_nobody_but_its_user_reads_it_and_a_deleted_one_nobody(setting: Setting) -> None:
    for letter in "VTEA":
        path = a_chat(setting, letter)
        for other, who in setting.visitors.items():
            assert reads(who, path) == (other == letter,) * 3
    gone = a_chat(setting, "V", deleted_at=1)
    assert reads(setting.visitors["V"], gone) == (False, False, False)


def test_a_user_lists_their_own_alone(setting: Setting) -> None:
    a_chat(setting, "V")
    sessions, uid = f"workspaces/{setting.workspace}/chatSessions", setting.uid("V")
    viewer, admin = setting.visitors["V"], setting.visitors["A"]
    assert viewer.query(sessions, userId=uid, deletedAt=None)
    assert not viewer.query(sessions, userId=uid)
    assert not admin.query(sessions, userId=uid, deletedAt=None)
    assert not viewer.query(sessions)
    assert not viewer.query("chatSessions", everywhere=True, userId=uid, deletedAt=None)
    assert not viewer.query("chatMessages", everywhere=True, userId=uid)


def test_somebody_who_was_taken_out_of_the_workspace_reads_nothing(setting: Setting) -> None:
    db: Client = setting.db
    uid = f"leaver-{new_id()}"
    member = db.document("workspaces", setting.workspace, "members", uid)
    member.set({"uid": uid, "role": "viewer", "createdAt": 1})
    path = a_chat(setting, "V")
    for document in (path, f"{path}/chatMessages/1"):
        db.document(document).update({"userId": uid})
    viewer = setting.visitors["V"]
    leaver = RestClient(viewer.firestore, viewer.project, uid)
    assert reads(leaver, path) == (True, True, True)
    member.delete()
    assert reads(leaver, path) == (False, False, False)
