"""A restored backup is held against the erasures since it was made."""

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience.ids import new_id
from experience.players import store
from experience.players.usecases.lifecycle.erase import erase
from tests.experience.players.lifecycle.test_erase import a_whole_player, left
from tests.operations.conftest import Command


class TestReapplyErasures:
    @pytest.mark.exhaustive
    def test_erases_again_whom_the_backup_brings_back(
        self, suite: Suite, command: Command, quiet_db: Client
    ) -> None:
        gone, taken, kept = (f"{name}-{new_id()}" for name in ("gone", "taken", "kept"))
        for uid in (gone, taken, kept):
            a_whole_player(quiet_db, uid)
        store.player_ref(quiet_db, gone).update({"mergedFrom": [taken]})
        store.player_ref(quiet_db, taken).update({"mergedInto": gone})
        names = ("players", "experienceProgress", "progressEvents", "saves", "visitors")
        backup = {
            each.reference.path: each.to_dict()
            for name in names
            for each in quiet_db.collection_group(name).stream()
        }
        erase(quiet_db, gone)
        after = left(quiet_db)
        for each in quiet_db.collection("playerTombstones").list_documents():
            each.delete()
        for path, fields in backup.items():  # an import writes over what is there
            quiet_db.document(path).set(fields or {})
        store.player_ref(quiet_db, taken).delete()  # only what lies below it came back

        where = ("--project", quiet_db.project, "--bucket", suite.bucket)
        done = command("reapply-erasures", *where)

        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("2 players were erased again in project ")
        assert left(quiet_db) == after
        assert not any(uid in str(left(quiet_db)) for uid in (gone, taken))
        assert store.tombstone_ref(quiet_db, taken).get().exists
        assert command("reapply-erasures", *where).stdout.startswith("0 players")
