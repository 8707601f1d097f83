"""Who gives, changes and takes roles, and that a workspace never loses its last owner."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import CallError, Client
from experience.ids import new_id
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, issue_paths, outcome, refused

SignIn = Callable[[str | None], Client]
ROLES = ("viewer", "attendant", "editor", "admin", "owner")


@pytest.fixture
def workspace(db: Database) -> str:
    """One with an owner whom no test touches."""
    made = a_workspace(db)
    a_member(db, made, "owner")
    return made


def members(db: Database, workspace: str) -> dict[str, str]:
    """The roles of a workspace by uid."""
    found = db.collection("workspaces", workspace, "members").stream()
    return {member.id: member.get("role") for member in found}


class TestWhoMaySetMembers:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            (None, "UNAUTHENTICATED"),
            ("visitor", "NOT_FOUND"),
            ("another workspace's owner", "NOT_FOUND"),
            ("viewer", "PERMISSION_DENIED"),
            ("attendant", "PERMISSION_DENIED"),
            ("editor", "PERMISSION_DENIED"),
        ],
    )
    def test_nobody_below_an_admin(
        self, db: Database, signed_in: SignIn, workspace: str, who: str | None, status: str
    ) -> None:
        uid = a_member(db, workspace, who) if who in ROLES else who
        uid = a_member(db, a_workspace(db), "owner") if who and "another" in who else uid
        before = members(db, workspace)
        about = {"workspaceId": workspace, "role": "viewer"}

        for target in (uid or "somebody", "somebody"):
            assert refused(signed_in(uid), "setMember", **about, uid=target).status == status

        assert members(db, workspace) == before

    @pytest.mark.parametrize("by", ["admin", "owner"])
    @pytest.mark.parametrize("held", [None, "viewer", "editor", "admin", "owner"])
    @pytest.mark.parametrize("role", [None, "viewer", "editor", "admin", "owner"])
    def test_admins_manage_up_to_admins_and_owners_everyone(
        self, db: Database, signed_in: SignIn, workspace: str, by: str, held: str, role: str | None
    ) -> None:
        caller = signed_in(a_member(db, workspace, by))
        uid = a_member(db, workspace, held) if held else f"new-{new_id()}"
        before = members(db, workspace)

        found = outcome(caller, "setMember", workspaceId=workspace, uid=uid, role=role)

        if by == "admin" and "owner" in (held, role):
            assert (found.status, found.reason) == ("PERMISSION_DENIED", "role_required")
            assert found.details == {"reason": "role_required", "required": "owner", "role": by}
            assert members(db, workspace) == before
            return
        assert found == {"uid": uid, "role": role}
        assert members(db, workspace) == {
            **{member: has for member, has in before.items() if member != uid},
            **({uid: role} if role else {}),
        }


class TestSetMember:
    def test_the_role_counts_from_the_next_call_on(
        self, db: Database, signed_in: SignIn, workspace: str
    ) -> None:
        admin, uid = signed_in(a_member(db, workspace, "admin")), f"new-{new_id()}"
        about = {"workspaceId": workspace, "uid": uid}

        def may_save() -> str:
            experience = {"experienceId": f"e-{new_id()}", "expectedVersion": 0, "name": "Booth"}
            found = outcome(signed_in(uid), "saveExperience", workspaceId=workspace, **experience)
            return found.status if isinstance(found, CallError) else "yes"

        assert may_save() == "NOT_FOUND"
        for role in ("viewer", "attendant"):
            admin.call("setMember", **about, role=role)
            assert may_save() == "PERMISSION_DENIED"
        admin.call("setMember", **about, role="editor")
        assert may_save() == "yes"
        admin.call("setMember", **about, role=None)
        assert may_save() == "NOT_FOUND"

    def test_a_repeat_answers_the_same_and_changes_nothing(
        self, db: Database, signed_in: SignIn, workspace: str
    ) -> None:
        admin = signed_in(a_member(db, workspace, "admin"))
        about: dict[str, Any] = {"workspaceId": workspace, "uid": f"new-{new_id()}"}
        reference = db.document("workspaces", workspace, "members", about["uid"])

        first = admin.call("setMember", **about, role="editor")
        written = reference.get()
        again = at_once(3, lambda _: admin.call("setMember", **about, role="editor"))
        kept = reference.get()
        gone = [admin.call("setMember", **about, role=None) for _ in range(2)]

        assert again == [first] * 3
        assert kept.update_time == written.update_time
        assert set(written.to_dict() or {}) == {"uid", "role", "createdAt"}
        assert gone == [{"uid": about["uid"], "role": None}] * 2
        assert not reference.get().exists

    @pytest.mark.parametrize(
        ("bad", "path"),
        [
            ({"role": "boss"}, "role"),
            ({"uid": "a/b"}, "uid"),
            ({"uid": ""}, "uid"),
            ({"workspaceId": "a/b"}, "workspaceId"),
            ({"createdAt": 1}, "createdAt"),
        ],
    )
    def test_a_bad_request_is_named_by_its_place(
        self, signed_in: SignIn, bad: dict[str, Any], path: str
    ) -> None:
        request = {"workspaceId": "w", "uid": "u", "role": "viewer", **bad}

        assert issue_paths(refused(signed_in("visitor"), "setMember", **request)) == [path]

    def test_a_role_must_be_said_even_if_it_is_none(self, signed_in: SignIn) -> None:
        error = refused(signed_in("visitor"), "setMember", workspaceId="w", uid="u")

        assert issue_paths(error) == ["role"]


class TestTheLastOwner:
    @pytest.mark.parametrize("role", [None, "viewer", "admin"])
    def test_stays(self, db: Database, signed_in: SignIn, role: str | None) -> None:
        workspace = a_workspace(db)
        owner = a_member(db, workspace, "owner")

        error = refused(signed_in(owner), "setMember", workspaceId=workspace, uid=owner, role=role)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "last_owner")
        assert members(db, workspace) == {owner: "owner"}

    def test_may_go_once_there_is_another(self, db: Database, signed_in: SignIn) -> None:
        workspace = a_workspace(db)
        owner, successor = a_member(db, workspace, "owner"), a_member(db, workspace, "admin")
        about = {"workspaceId": workspace}

        signed_in(owner).call("setMember", **about, uid=successor, role="owner")
        signed_in(owner).call("setMember", **about, uid=owner, role=None)

        assert members(db, workspace) == {successor: "owner"}

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("target", ["each other", "themselves"])
    def test_stays_when_all_owners_go_at_once(
        self, db: Database, signed_in: SignIn, target: str
    ) -> None:
        workspace = a_workspace(db)
        owners = [a_member(db, workspace, "owner") for _ in range(3)]

        def step_down(number: int) -> Any:
            uid = owners[(number + (target == "each other")) % 3]
            return outcome(
                signed_in(owners[number]),
                "setMember",
                workspaceId=workspace,
                uid=uid,
                role="viewer",
            )

        found = at_once(3, step_down)

        assert "owner" in members(db, workspace).values()
        refusals = [each.reason for each in found if isinstance(each, CallError)]
        assert refusals
        assert set(refusals) <= {"last_owner", "role_required"}
