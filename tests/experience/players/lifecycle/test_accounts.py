"""Players whose account was deleted are erased, once two runs have missed it, and nobody else."""

from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client as Database

from experience import clients, clock
from experience.players import store
from experience.players.models.lifecycle.accounts import EVERY_MS, AccountsState, max_missing
from experience.players.usecases.lifecycle import accounts, erase
from experience.players.usecases.lifecycle.accounts import AccountsUnavailableError, find_missing
from tests.experience.players.lifecycle.test_erase import a_whole_player
from tests.support.calling import at_once
from tests.support.vendors.accounts import LOOKUP, AccountsVendor
from tests.support.vendors.server import Fault, Reply

START = 1_000 * EVERY_MS
PLAYERS = [f"player-{number:02}" for number in range(20)]
GONE, LATER = PLAYERS[3], PLAYERS[11]


class Weeks:
    """A project whose clock the test sets: twenty players, and Auth with their accounts."""

    def __init__(self, db: Database, auth: AccountsVendor, patch: pytest.MonkeyPatch) -> None:
        self.db, self.auth, self.now = db, auth, START
        patch.setattr(clock, "now_ms", lambda: self.now)

    def sweep(self, *, weeks: int = 0, milliseconds: int = 60_000) -> dict[str, int]:
        self.now += weeks * EVERY_MS
        return accounts.sweep_accounts(milliseconds)

    def left(self) -> list[str]:
        return sorted(each.id for each in self.db.collection("players").stream())

    def marks(self) -> dict[str, int]:
        found = self.db.collection("players").stream()
        marks = {each.id: (each.to_dict() or {}).get("missingSince") for each in found}
        return {uid: mark for uid, mark in marks.items() if mark is not None}

    def state(self) -> AccountsState:
        return AccountsState.load(store.accounts_state_ref(self.db).get().to_dict() or {})


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountsVendor]:
    auth = AccountsVendor(*PLAYERS)
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth.address)
    yield auth
    auth.close()


@pytest.fixture
def weeks(quiet_db: Database, auth: AccountsVendor, monkeypatch: pytest.MonkeyPatch) -> Weeks:
    monkeypatch.setenv("ERASE_DELETED_ACCOUNTS", "true")
    batch = quiet_db.batch()
    for uid in PLAYERS:
        batch.set(store.player_ref(quiet_db, uid), {"createdAt": 1, "updatedAt": 1})
    batch.commit()
    return Weeks(quiet_db, auth, monkeypatch)


class TestADeletedAccount:
    def test_is_erased_with_all_it_had_when_a_second_run_misses_it(self, weeks: Weeks) -> None:
        a_whole_player(weeks.db, GONE)
        a_whole_player(weeks.db, "taken")
        store.player_ref(weeks.db, GONE).update({"mergedFrom": ["taken"]})
        store.player_ref(weeks.db, "taken").update({"mergedInto": GONE})
        weeks.auth.uids.remove(GONE)

        assert weeks.sweep() == {"asked": 20, "missing": 1, "erased": 0, "left": 0}
        assert weeks.sweep() == {}, "the same week"
        assert weeks.marks() == {GONE: START}
        weeks.auth.uids.remove(LATER)
        assert weeks.sweep(weeks=1)["erased"] == 1

        assert weeks.left() == [each for each in PLAYERS if each != GONE]
        for uid in (GONE, "taken"):
            assert store.tombstone_ref(weeks.db, uid).get().exists
            assert store.list_progress(weeks.db, uid) == []
        assert weeks.marks() == {LATER: START + EVERY_MS}
        weeks.auth.uids.add(LATER)
        weeks.sweep(weeks=1)
        assert (len(weeks.left()), weeks.marks()) == (19, {})

    def test_of_a_merged_player_is_not_asked_for(self, weeks: Weeks) -> None:
        store.player_ref(weeks.db, GONE).update({"mergedInto": LATER, "missingSince": 5})
        weeks.auth.uids.remove(GONE)
        for _ in range(3):
            assert weeks.sweep(weeks=1) == {"asked": 19, "missing": 0, "erased": 0, "left": 0}
        assert weeks.marks() == {}

    def test_that_is_back_as_the_run_ends_is_spared(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weeks.auth.uids.remove(GONE)
        weeks.sweep()
        weeks.sweep(weeks=1, milliseconds=0)
        assert weeks.state().phase == "asking"
        stored = store.accounts_state_ref(weeks.db)
        stored.update({"phase": "erasing"})
        weeks.auth.uids.add(GONE)
        assert weeks.sweep() == {"asked": 1, "missing": 0, "erased": 0, "left": 0}
        assert (len(weeks.left()), weeks.marks()) == (20, {})

    def test_is_erased_nowhere_unless_the_deployment_wants_it(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("ERASE_DELETED_ACCOUNTS")
        weeks.auth.uids.clear()
        assert weeks.sweep() == {}
        assert weeks.auth.received == []


class TestTooMany:
    def test_stop_the_run_and_count_for_nothing(
        self, weeks: Weeks, capsys: pytest.CaptureFixture[str]
    ) -> None:
        away = set(PLAYERS[:3])
        weeks.auth.uids -= away
        assert weeks.sweep()["missing"] == 3
        assert '"severity": "ERROR"' in capsys.readouterr().err
        assert weeks.state().phase == "stopped"
        weeks.auth.uids |= set(PLAYERS[1:3])
        for erased in (0, 1):  # that run was not the first of two
            assert weeks.sweep(weeks=1)["erased"] == erased

    def test_are_a_percent_or_what_is_set_and_a_tenth_of_few_but_never_all(self) -> None:
        small = [max_missing(players, 1) for players in (1, 2, 9, 20, 99, 100, 1000, 1100, 5000)]
        assert small == [0, 1, 1, 2, 9, 10, 10, 11, 50]
        assert [max_missing(100, percent) for percent in (0, 50, 99, 100)] == [10, 50, 99, 100]

    def test_stop_it_before_all_were_asked(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("experience.sweeps.PAGE_SIZE", 4)
        weeks.auth.uids.clear()
        assert weeks.sweep()["asked"] == 4


class TestAuthThatDoesNotAnswer:
    @pytest.mark.parametrize(
        "faults",
        [
            [Reply(502, b"<html>Bad Gateway</html>")],
            [Reply(403, {"error": {"code": 403, "message": "PERMISSION_DENIED"}})],
            [Reply(429, {"error": {"code": 429, "message": "QUOTA_EXCEEDED"}})],
            [Reply(200, b"<html>Sign in</html>")],
            [Reply(200, [])],
            [Reply(200, {"users": ["a"]})],
            [Reply(200, {"users": [{"localId": "somebody else"}]})],
            [Reply(200, b'{"users": [', declared=500)],
            [Fault(), Fault()],
            [Fault(hangs=True)] * 2,
        ],
        ids=[
            "502",
            "403",
            "429",
            "a page",
            "a list",
            "words",
            "others",
            "half",
            "hangs up",
            "late",
        ],
    )
    def test_marks_nobody_and_the_next_call_goes_on(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch, faults: list[Fault | Reply],
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        monkeypatch.setattr(clients, "AUTH_SECONDS", 0.2)
        weeks.auth.uids.remove(GONE)
        weeks.auth.next(LOOKUP, *faults)
        assert weeks.sweep()["asked"] == 0
        assert '"severity": "ERROR"' in capsys.readouterr().err
        assert (weeks.marks(), weeks.state().phase) == ({}, "asking")
        monkeypatch.setattr(clients, "AUTH_SECONDS", 20)
        assert weeks.sweep()["missing"] == 1
        assert weeks.state().phase == "completed"

    def test_is_asked_again_by_the_sdk_where_it_is_busy(self, weeks: Weeks) -> None:
        weeks.auth.next(LOOKUP, Reply(503), Fault())
        assert weeks.sweep()["asked"] == 20

    def test_erases_nobody(self, weeks: Weeks) -> None:
        weeks.auth.uids.remove(GONE)
        weeks.sweep()
        weeks.auth.next(LOOKUP, Fault(after=True), Fault(after=True))
        assert weeks.sweep(weeks=1)["erased"] == 0
        weeks.auth.next(LOOKUP, Reply(200, {"users": [{"localId": each} for each in PLAYERS]}))
        assert weeks.sweep()["erased"] == 0, "an answer with accounts that nobody asked for"


class TestARunThatIsBrokenOff:
    def test_resumes_where_it_stopped_and_says_what_is_left(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("experience.sweeps.PAGE_SIZE", 6)
        weeks.auth.uids.remove(GONE)
        assert weeks.sweep(milliseconds=0)["left"] == 20
        assert '"players": 20' in capsys.readouterr().out
        weeks.auth.next(LOOKUP, Reply(200, {"users": _all(PLAYERS[:6])}))
        weeks.auth.next(LOOKUP, Reply(502))
        assert weeks.sweep()["asked"] == 6
        assert weeks.state().cursor == PLAYERS[5]
        assert weeks.sweep(milliseconds=0)["left"] == 14
        assert weeks.sweep()["asked"] == 14
        assert (weeks.state().asked, weeks.state().phase) == (20, "completed")

    def test_erases_the_rest_later(self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch) -> None:
        weeks.auth.uids -= {GONE, LATER}
        weeks.sweep()
        original = erase.erase

        def last(client: Database, uid: str, milliseconds: int) -> object:
            done = original(client, uid, milliseconds)
            weeks.now += 60_000  # the time is over
            return done

        with monkeypatch.context() as slow:
            slow.setattr(erase, "erase", last)
            found = weeks.sweep(weeks=1)
        assert (found["erased"], found["left"]) == (1, 1)
        assert weeks.sweep()["erased"] == 1
        assert len(weeks.left()) == 18

    def test_by_one_erasure_that_fails_goes_on(
        self, weeks: Weeks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weeks.auth.uids -= {GONE, LATER}
        weeks.sweep()
        store.player_ref(weeks.db, GONE).update({"mergedFrom": 7})
        assert weeks.sweep(weeks=1)["erased"] == 1
        store.player_ref(weeks.db, GONE).update({"mergedFrom": []})
        assert weeks.sweep(weeks=1)["erased"] == 1

    def test_twice_at_once_is_one_run(self, weeks: Weeks) -> None:
        weeks.auth.uids.remove(GONE)
        weeks.sweep()
        weeks.now += EVERY_MS
        at_once(3, lambda _: weeks.sweep())
        weeks.sweep()
        assert weeks.left() == [each for each in PLAYERS if each != GONE]
        assert (weeks.state().asked, weeks.state().missing) == (20, 1)


class TestLookingUp:
    def test_a_hundred_in_a_request(self, auth: AccountsVendor, quiet_db: Database) -> None:
        uids = [f"uid-{number}" for number in range(230)]
        auth.uids |= set(uids[:229])
        with clients.auth_app() as app:
            assert find_missing(app, uids) == {"uid-229"}
            assert find_missing(app, []) == set()
        assert [len(each.body["localId"]) for each in auth.received] == [100, 100, 30]

    def test_where_nothing_listens_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch, quiet_db: Database
    ) -> None:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:1")
        with clients.auth_app() as app, pytest.raises(AccountsUnavailableError):
            find_missing(app, ["anybody"])


def _all(uids: list[str]) -> list[dict[str, str]]:
    return [{"localId": each} for each in uids]
