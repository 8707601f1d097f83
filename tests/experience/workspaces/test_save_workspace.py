"""A workspace's owner renames, limits, deletes and restores it; nobody else does."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.errors import NotFound, PermissionDenied, VersionConflict
from experience.workspaces.models import Role, SaveWorkspace, Workspace
from experience.workspaces.usecases.access import require_role
from experience.workspaces.usecases.workspace import save_workspace
from tests.support.builders.workspaces import a_member, a_workspace


class Owned:
    """A workspace and its owner."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.id = a_workspace(db)
        self.owner = a_member(db, self.id, "owner")

    def save(self, version: int, uid: str | None = None, **changes: Any) -> Workspace:
        about = {"workspaceId": self.id, "expectedVersion": version}
        return save_workspace(uid or self.owner, SaveWorkspace.load({**about, **changes}))

    def stored(self) -> dict[str, Any]:
        return self.db.document("workspaces", self.id).get().to_dict() or {}


@pytest.fixture
def owned(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> Owned:
    monkeypatch.setenv("STATUS_SECONDS", "0")
    return Owned(quiet_db)


class TestSaveWorkspace:
    def test_what_is_left_out_stays(self, owned: Owned) -> None:
        owned.save(1, dailyTokenLimit=1000)
        owned.save(2, name="Other")
        assert owned.stored()["dailyTokenLimit"] == 1000
        saved = owned.save(3, name=None, status=None, dailyTokenLimit=None)

        assert (saved.name, saved.status, saved.daily_token_limit) == ("Other", "active", None)
        assert owned.stored() == saved.dump()
        assert saved.version == 4

    def test_a_repeat_changes_nothing_and_who_is_late_is_told(self, owned: Owned) -> None:
        first = owned.save(1, name="Other")
        assert owned.save(1, name="Other") == first

        with pytest.raises(VersionConflict) as late:
            owned.save(1, name="Another")
        assert late.value.details["currentVersion"] == 2

    def test_only_owners_may(self, owned: Owned) -> None:
        before = owned.stored()
        for role in ("viewer", "attendant", "editor", "admin"):
            with pytest.raises(PermissionDenied):
                owned.save(1, a_member(owned.db, owned.id, role), name="Mine")
        with pytest.raises(NotFound):
            owned.save(1, a_member(owned.db, a_workspace(owned.db), "owner"), name="Mine")
        assert owned.stored() == before

    def test_an_owner_deletes_and_restores_it(self, owned: Owned) -> None:
        admin = a_member(owned.db, owned.id, "admin")

        def members() -> list[bool]:
            found = []
            for uid in (owned.owner, admin):
                try:
                    require_role(owned.db, owned.id, uid, Role.VIEWER, what="workspace")
                    found.append(True)
                except NotFound:
                    found.append(False)
            return found

        assert members() == [True, True]
        owned.save(1, status="deleted")
        assert members() == [False, False]
        with pytest.raises(NotFound):
            owned.save(2, admin, status="active")
        owned.save(2, status="active")
        assert members() == [True, True]
