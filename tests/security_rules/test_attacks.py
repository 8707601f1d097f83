"""What somebody would try who knows the database and has a browser's console."""

import re
from pathlib import Path

import pytest

from tests.security_rules.clients import VISITS, RestClient
from tests.security_rules.conftest import Setting
from tests.support.builders.events import an_event
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session
from tests.support.builders.workspaces import a_member, a_step, a_workspace

STORAGE_RULES = Path(__file__).parents[2] / "storage.rules"


@pytest.fixture
def guest(setting: Setting) -> RestClient:
    return setting.visitors["G"]


@pytest.fixture
def other(setting: Setting) -> RestClient:
    return setting.visitors["O"]


class TestSessionsOfOthers:
    def test_a_query_for_another_guests_sessions_is_refused(
        self, setting: Setting, guest: RestClient, other: RestClient
    ) -> None:
        sessions = f"{setting.paths['projects']}/sessions"
        assert guest.query(sessions, createdBy=guest.uid, **VISITS)
        assert not other.query(sessions, createdBy=guest.uid, **VISITS)

    def test_sessions_of_nobody_belong_to_nobody(self, setting: Setting, guest: RestClient) -> None:
        path = f"{setting.paths['projects']}/sessions/ownerless"
        setting.db.document(path).set({"createdBy": None})
        setting.db.document(f"{setting.paths['projects']}/sessions/blank").set({})
        for visitor in (guest, setting.visitors["N"]):
            assert not visitor.get(path)
            assert not visitor.get(path.replace("ownerless", "blank"))
            assert not visitor.query(path.rpartition("/")[0], createdBy=None)

    def test_a_query_is_refused_even_where_all_it_finds_is_the_callers(
        self, setting: Setting, guest: RestClient
    ) -> None:
        project = a_project(setting.db, setting.paths["workspaces"].split("/")[1])
        a_session(setting.db, project, str(guest.uid), "experience")
        assert guest.query(f"projects/{project}/sessions", createdBy=guest.uid, **VISITS)
        assert not guest.query(f"projects/{project}/sessions")
        assert not guest.query(f"projects/{project}/sessions", projectId=project)

    def test_a_guests_own_lists_are_short(self, setting: Setting, guest: RestClient) -> None:
        for collection, which in (("sessions", VISITS), ("jobs", {})):
            path = f"{setting.paths['projects']}/{collection}"
            allowed = {
                limit: guest.query(path, limit=limit, createdBy=guest.uid, **which)
                for limit in (1, 100, 101, None)
            }
            assert allowed == {1: True, 100: True, 101: False, None: False}
            assert setting.visitors["V"].query(path, limit=None)

    def test_others_are_not_even_counted(self, setting: Setting, guest: RestClient) -> None:
        sessions = f"{setting.paths['projects']}/sessions"
        assert guest.count(sessions, createdBy=guest.uid, **VISITS)
        assert not guest.count(sessions)

    def test_one_foreign_document_refuses_the_whole_batch(
        self, setting: Setting, other: RestClient
    ) -> None:
        own = f"{setting.paths['projects']}/guests/{other.uid}"
        assert other.get_all(own)
        assert not other.get_all(own, setting.paths["projects/sessions"])


class TestWaysAround:
    def test_a_write_without_fields_is_a_write(self, setting: Setting, guest: RestClient) -> None:
        for collection in ("projects/guests", "projects/sessions", "projects/jobs"):
            write = guest.increment(setting.paths[collection], "completedAt")
            assert not guest.commit(write)

    def test_below_ones_own_documents_nothing_is_ones_own(
        self, setting: Setting, guest: RestClient
    ) -> None:
        for collection in ("projects/guests", "projects/sessions", "projects/jobs"):
            below = f"{setting.paths[collection]}/notes"
            setting.db.document(f"{below}/n").set({"createdBy": guest.uid})
            assert not guest.get(f"{below}/n")
            assert not guest.query(below, createdBy=guest.uid)
            assert not guest.create(f"{below}/m", createdBy=str(guest.uid))

    def test_a_collection_that_no_rule_names_is_closed_to_operators_too(
        self, setting: Setting
    ) -> None:
        for path in ("secrets/s", f"{setting.paths['projects']}/secrets/s"):
            setting.db.document(path).set({"createdBy": setting.uid("E")})
            assert not setting.visitors["E"].get(path)
            assert not setting.visitors["E"].query(path.rpartition("/")[0])

    def test_a_project_without_a_workspace_has_no_operators(self, setting: Setting) -> None:
        setting.db.document("projects/stray").set({"name": "Stray"})
        setting.db.document("projects/stray/sessions/s").set({"createdBy": "somebody"})
        for who in "EX":
            assert not setting.visitors[who].get("projects/stray")
            assert not setting.visitors[who].get("projects/stray/sessions/s")

    def test_a_member_of_one_workspace_is_a_stranger_in_the_next(self, setting: Setting) -> None:
        workspace = a_workspace(setting.db)
        project = a_project(setting.db, workspace)
        setting.db.document(f"projects/{project}/sessions/s").set({"createdBy": "somebody"})
        for who in "VEX":
            assert not setting.visitors[who].get(f"workspaces/{workspace}")
            assert not setting.visitors[who].query(f"projects/{project}/sessions")


class TestEvents:
    @pytest.mark.parametrize("status", ["live", "draft", "archived", "workspace deleted"])
    def test_only_a_live_one_of_an_active_workspace_is_shown_to_guests(
        self, setting: Setting, guest: RestClient, status: str
    ) -> None:
        workspace = a_workspace(setting.db)
        event = an_event(setting.db, workspace, [a_step("name")])
        path, member = f"events/{event}", RestClient(guest.firestore, guest.project, "member")
        setting.db.document(f"workspaces/{workspace}/members/member").set({"role": "viewer"})
        setting.db.document(f"{path}/sessions/s").set({"createdBy": guest.uid})
        if status == "workspace deleted":
            setting.db.document(f"workspaces/{workspace}").update({"status": "deleted"})
        else:
            setting.db.document(path).update({"status": status})

        shown = [path, f"{path}/journeys/journey", f"{path}/steps/name"]
        assert [guest.get(each) for each in shown] == [status == "live"] * 3
        assert guest.get(f"{path}/sessions/s") is (status in {"live", "draft"})
        assert [member.get(each) for each in shown] == [status != "workspace deleted"] * 3
        assert not guest.query(f"{path}/steps")
        assert not guest.query("events", status="live")


class TestMembership:
    def test_who_is_removed_reads_nothing_from_then_on(
        self, setting: Setting, guest: RestClient
    ) -> None:
        workspace = setting.paths["workspaces"]
        uid = a_member(setting.db, workspace.split("/")[1], "owner")
        former = RestClient(guest.firestore, guest.project, uid)
        assert former.get(setting.paths["projects/jobs/jobInternals"])
        setting.db.document(f"{workspace}/members/{uid}").delete()
        assert not former.get(setting.paths["projects/jobs/jobInternals"])
        assert not former.query(f"{setting.paths['projects']}/sessions")

    def test_a_preview_is_read_by_todays_members_alone(
        self, setting: Setting, guest: RestClient
    ) -> None:
        db, workspace = setting.db, setting.workspace
        uid = a_member(db, workspace, "editor")
        editor = RestClient(guest.firestore, guest.project, uid)
        previews = [
            f"projects/{setting.project}/sessions/"
            + a_session(db, setting.project, uid, "booth", **fields)
            for fields in ({"mode": "preview"}, {"configSource": "draft"})
        ]
        assert all(map(editor.get, previews))
        assert not any(editor.update(path, currentStepIndex=1) for path in previews)
        db.document("workspaces", workspace, "members", uid).delete()

        sessions = f"projects/{setting.project}/sessions"
        assert not any(map(editor.get, previews))
        assert not editor.query(sessions, createdBy=uid)
        assert not editor.query(sessions, createdBy=uid, mode="guest")
        assert editor.query(sessions, createdBy=uid, **VISITS)


class TestClosed:
    """What a guest reads and moves on in is as open as its project and its workspace."""

    @pytest.mark.parametrize("how", ["archived", "deleted", "workspace deleted"])
    def test_a_closed_project_shows_its_guests_nothing_and_takes_nothing(
        self, setting: Setting, guest: RestClient, how: str
    ) -> None:
        db, workspace = setting.db, a_workspace(setting.db)
        project = a_project(db, workspace)
        uid = a_guest(db, project, str(guest.uid))
        session = f"projects/{project}/sessions/{a_session(db, project, uid, 'booth')}"
        db.document(f"projects/{project}/jobs/j").set({"createdBy": uid})
        viewer = RestClient(guest.firestore, guest.project, a_member(db, workspace, "viewer"))
        own = [session, f"projects/{project}/guests/{uid}", f"projects/{project}/jobs/j"]

        def allowed(who: RestClient) -> set[bool]:
            listed = who.query(f"projects/{project}/sessions", createdBy=uid, **VISITS)
            return {listed, *map(who.get, own)}

        assert allowed(guest) == {True}
        assert guest.update(session, currentStepIndex=1)
        if how == "workspace deleted":
            db.document("workspaces", workspace).update({"status": "deleted"})
        else:
            db.document("projects", project).update({"status": how})

        path, fields = setting.new_session(uid, project, workspaceId=None)
        assert allowed(guest) == {False}
        assert not guest.update(session, currentStepIndex=2)
        assert not guest.create(path, **fields)
        assert allowed(viewer) == {how == "archived"}
        assert viewer.get(f"projects/{project}") == (how != "workspace deleted")

    def test_a_deleted_workspace_is_closed_to_its_owner(
        self, setting: Setting, guest: RestClient
    ) -> None:
        workspace = a_workspace(setting.db)
        uid = a_member(setting.db, workspace, "owner")
        owner, path = RestClient(guest.firestore, guest.project, uid), f"workspaces/{workspace}"
        assert owner.get(path)
        setting.db.document(path).update({"status": "deleted"})
        assert not owner.get(path)
        assert not owner.query(f"{path}/members")
        assert not owner.query(f"{path}/experiences")


class TestStorage:
    """There is no emulator of these rules here: that they allow nothing can be read."""

    def test_storage_rules_allow_nothing(self) -> None:
        without_comments = re.sub(r"//.*", "", STORAGE_RULES.read_text())
        allows = re.findall(r"allow\s+[\w,\s]+:\s*if\s+([^;]+);|allow[^;]*;", without_comments)
        assert allows
        assert set(allows) == {"false"}
