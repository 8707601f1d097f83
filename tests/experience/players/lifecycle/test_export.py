"""A player gets all that is stored about them, and what was broken off is finished by a sweep."""

import json
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database

from experience import clock
from experience.errors import Contention, NotFound, ResourceExhausted
from experience.ids import new_id
from experience.players import store
from experience.players.models.lifecycle.own import ExportPlayerData, PlayerExport
from experience.players.usecases.lifecycle import erase, export, sweep
from experience.players.usecases.lifecycle.export import export_player_data
from tests.experience.players.lifecycle.test_erase import (
    a_whole_player,
    killed_at,
    left,
    objects_of,
)
from tests.experience.players.lifecycle.test_merge import Pair


def exported(uid: str) -> PlayerExport:
    return export_player_data(uid, ExportPlayerData())


def downloaded(found: PlayerExport) -> dict[str, Any]:
    response = requests.get(found.url, timeout=10)
    response.raise_for_status()
    assert len(response.content) == found.size_bytes
    read: dict[str, Any] = json.loads(response.content)
    return read


class TestAnExport:
    def test_has_every_document_of_the_player_and_of_nobody_else(self, quiet_db: Database) -> None:
        uid = f"player-{new_id()}"
        for each in (uid, "taken", "other"):
            a_whole_player(quiet_db, each)
        store.player_ref(quiet_db, uid).update({"mergedFrom": ["taken"]})
        documents = downloaded(exported(uid))["documents"]
        boards = {path for path in left(quiet_db) if "/boards/" in path}
        others = {path for path in left(quiet_db) if "other" in path.split("/")}
        assert {each["path"] for each in documents} == left(quiet_db) - boards - others
        assert {"totalExperiencesPlayed", "stats"} & documents[0]["fields"].keys()

    def test_goes_to_the_bucket_in_parts(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export, "CHUNK_BYTES", 256 * 1024)
        uid = f"player-{new_id()}"
        a_whole_player(quiet_db, uid)
        [own, *_] = store.list_progress(quiet_db, uid)
        batch, words = quiet_db.batch(), "ä" * 4000
        for number in range(100):
            batch.set(store.event_ref(own, f"long{number}"), {"data": {"words": words}})
        batch.commit()
        found = exported(uid)
        assert found.size_bytes > 3 * export.CHUNK_BYTES
        documents = {each["path"]: each["fields"] for each in downloaded(found)["documents"]}
        assert len(documents) == 100 + 1 + 2 * (1 + 3 + 1 + 1)
        assert documents[store.event_ref(own, "long99").path] == {"data": {"words": words}}

    def test_that_takes_too_long_is_refused_and_leaves_nothing(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uid = f"player-{new_id()}"
        a_whole_player(quiet_db, uid)
        before = objects_of(uid)
        monkeypatch.setattr(export, "EXPORT_MS", 0)
        with pytest.raises(ResourceExhausted, match="too much"):
            exported(uid)
        assert objects_of(uid) == before

    def test_goes_with_an_erasure_and_after_a_day(self, quiet_db: Database) -> None:
        uid = f"player-{new_id()}"
        a_whole_player(quiet_db, uid)
        exported(uid)
        assert len(objects_of(uid)) == 2
        export.delete_old_exports()
        assert len(objects_of(uid)) == 2
        export.delete_old_exports(clock.now_ms() + export.EXPORT_KEPT_MS + 1000)
        assert objects_of(uid) == []
        exported(uid)
        assert erase.erase(quiet_db, uid).objects == 1

    def test_of_nobody_is_not_found(self, quiet_db: Database) -> None:
        with pytest.raises(NotFound):
            exported("nobody")


class TestTheSweep:
    def test_finishes_erasures_and_merges(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair = Pair(quiet_db)
        with monkeypatch.context() as broken:
            assert killed_at(broken, 2, pair.merge)
        uid = f"player-{new_id()}"
        a_whole_player(quiet_db, uid)
        with pytest.raises(Contention):
            erase.erase(quiet_db, uid, milliseconds=0)

        assert sweep.sweep_players() == {"erasures": 1, "merges": 1, "exports": 0}
        assert pair.whole() == pair.expected()
        assert not any(uid in path for path in left(quiet_db))
        assert sweep.sweep_players() == {"erasures": 0, "merges": 0, "exports": 0}
