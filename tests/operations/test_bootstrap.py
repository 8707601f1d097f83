"""The first workspace and its owner, from a terminal."""

import pytest
from google.cloud.firestore import Client

from experience.workspaces.models import Member, Role, Workspace
from operations.__main__ import main
from operations.bootstrap import BootstrapError, bootstrap
from tests.operations.conftest import Command
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once


def owners(db: Client, workspace: str) -> list[str]:
    members = db.collection("workspaces", workspace, "members").stream()
    found = [Member.load(member.to_dict() or {}) for member in members]
    assert all(member.role is Role.OWNER for member in found)
    return sorted(member.uid for member in found)


@pytest.mark.exhaustive
class TestCommand:
    def test_makes_the_workspace_once_and_says_so_each_time(
        self, quiet_db: Client, command: Command
    ) -> None:
        asked = ("bootstrap", "--project", quiet_db.project, "--workspace", "agency")

        made = command(*asked, "--name", "The Agency", "--owner", "anna")
        again = command(*asked, "--name", "The Agency", "--owner", "anna")
        other = command(*asked, "--name", "The Agency", "--owner", "bob")

        assert (made.returncode, made.stderr) == (0, "")
        where = f"in project {quiet_db.project} on the emulator at "
        assert made.stdout.startswith(f"Workspace agency is ready {where}127.0.0.1:")
        assert made.stdout.endswith("; its owner is anna.\n")
        assert (again.returncode, again.stderr) == (0, "")
        assert again.stdout.startswith(f"Workspace agency was ready before {where}127.0.0.1:")
        assert (other.returncode, other.stdout) == (1, "")
        assert other.stderr.startswith("error: The workspace agency exists, and bob is not")
        assert "setMember" in other.stderr
        assert owners(quiet_db, "agency") == ["anna"]

    @pytest.mark.parametrize("lacking", ["--project", "--workspace", "--name", "--owner"])
    def test_needs_to_be_told_everything(
        self, capsys: pytest.CaptureFixture[str], lacking: str
    ) -> None:
        asked = {"--project": "p", "--workspace": "w", "--name": "N", "--owner": "o"}
        given = [word for pair in asked.items() if pair[0] != lacking for word in pair]

        with pytest.raises(SystemExit) as ended:
            main(["bootstrap", *given])

        assert ended.value.code == 2
        assert lacking in capsys.readouterr().err


class TestBootstrap:
    def test_stores_a_workspace_and_a_member_that_every_call_can_read(
        self, quiet_db: Client
    ) -> None:
        assert bootstrap(quiet_db, "agency", "  The Agency ", "anna") is True

        stored = quiet_db.document("workspaces/agency").get().to_dict() or {}
        workspace = Workspace.load(stored)
        assert (workspace.id, workspace.name, workspace.status) == (
            "agency",
            "The Agency",
            "active",
        )
        assert workspace.created_at == workspace.updated_at > 1_600_000_000_000
        assert owners(quiet_db, "agency") == ["anna"]

    def test_repeating_it_changes_nothing(self, quiet_db: Client) -> None:
        bootstrap(quiet_db, "agency", "The Agency", "anna")
        before = quiet_db.document("workspaces/agency").get()

        assert bootstrap(quiet_db, "agency", "Renamed", "anna") is False
        assert quiet_db.document("workspaces/agency").get().update_time == before.update_time

    def test_five_at_once_make_one(self, quiet_db: Client) -> None:
        made = at_once(5, lambda _: bootstrap(quiet_db, "agency", "The Agency", "anna"))

        assert sorted(made) == [False] * 4 + [True]

    def test_of_two_owners_at_once_one_gets_it(self, quiet_db: Client) -> None:
        def try_it(number: int) -> bool:
            try:
                return bootstrap(quiet_db, "agency", "The Agency", f"owner-{number}")
            except BootstrapError:
                return False

        made = at_once(2, try_it)

        assert sorted(made) == [False, True]
        assert owners(quiet_db, "agency") == [f"owner-{made.index(True)}"]

    @pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
    def test_a_member_does_not_become_an_owner_by_it(self, quiet_db: Client, role: str) -> None:
        workspace = a_workspace(quiet_db)
        uid = a_member(quiet_db, workspace, role)

        with pytest.raises(BootstrapError, match="is not its owner"):
            bootstrap(quiet_db, workspace, "The Agency", uid)

        member = quiet_db.document("workspaces", workspace, "members", uid).get()
        assert member.get("role") == role

    @pytest.mark.parametrize(
        ("workspace", "name", "owner", "what"),
        [
            ("a/b", "N", "anna", "workspace"),
            ("", "N", "anna", "workspace"),
            ("w" * 129, "N", "anna", "workspace"),
            ("__w__", "N", "anna", "workspace"),
            ("w", "N", "anna@example.com", "owner"),
            ("w", "N", "", "owner"),
            ("w", "  ", "anna", "name"),
            ("w", "x" * 101, "anna", "name"),
        ],
    )
    def test_what_no_document_could_be_called_is_refused(
        self, quiet_db: Client, workspace: str, name: str, owner: str, what: str
    ) -> None:
        with pytest.raises(BootstrapError, match=f"^The {what} must"):
            bootstrap(quiet_db, workspace, name, owner)

        assert list(quiet_db.collection("workspaces").stream()) == []
