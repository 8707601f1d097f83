"""Erasing the players whose account was deleted. Auth sends no event, so a sweep asks it."""

import contextlib
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import firebase_admin
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import DELETE_FIELD, Client, DocumentReference

from experience import clients, clock, config, logs, sweeps, transactions
from experience.ids import is_uid
from experience.players import store
from experience.players.models.lifecycle.accounts import (
    AccountsState,
    PlayerAccount,
    max_missing,
)
from experience.players.usecases.lifecycle import erase
from experience.store import parse, parse_or_log
from experience.sweeps import Rest, Sweep

ERASE_MS = 120_000
MAX_LOOKUPS = 100
"""How many accounts Auth looks up in one request."""


class AccountsUnavailableError(Exception):
    """Auth did not answer, or not what it was asked."""


class OvertakenError(Exception):
    """Another instance works on the same run."""


@dataclass
class AccountSweep:
    """A part of a run: what it may do until its time is over, and what it has done."""

    run: Sweep
    app: firebase_admin.App
    state: AccountsState
    reference: DocumentReference
    written_at: Any
    done: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("asked", "missing", "erased", "left"), 0)
    )

    @property
    def client(self) -> Client:
        return self.run.client

    def save(self, **changed: Any) -> None:
        """Keep how far the run has come. Raises OvertakenError."""
        state = self.state.model_copy(update=changed)
        option = self.client.write_option(last_update_time=self.written_at)
        try:
            written = transactions.retry(lambda: self.reference.update(state.dump(), option))
        except FailedPrecondition as changed_meanwhile:
            raise OvertakenError from changed_meanwhile
        self.state, self.written_at = state, written.update_time

    def log_left(self, query: Any) -> None:
        """The time is over. One read for a thousand."""
        self.done["left"] = store.count_of(query)
        logs.warning("accounts left to sweep", phase=self.state.phase, players=self.done["left"])


def sweep_accounts(
    milliseconds: int = sweeps.LONG_RUN_MS, rest: Rest | None = None
) -> dict[str, int]:
    """Erase the players whom two runs a week apart found without an account; how many.

    Off unless `ERASE_DELETED_ACCOUNTS`. Called daily: one read where no run is due or open. A run
    reads each player, asks Auth for a hundred at a time, and writes where it stopped for each two
    hundred, so another call resumes it, which a task makes where the time did not suffice; a player
    who is missing, or is back, is one write. At its end those who were missing before are asked for
    once more and erased. It stops, and erases nobody, where more are missing than `max_missing`,
    and pauses where Auth does not answer: both are logged as errors. Players who became part of an
    account go with that. Safe to repeat and to run twice at once.
    """
    if not config.ERASE_DELETED_ACCOUNTS.value:
        return {}
    with clients.auth_app() as app:
        sweep = _resume(Sweep("sweepAccounts", milliseconds, rest), app)
        if sweep is None:
            return {}
        try:
            if sweep.state.phase == "asking":
                _ask(sweep)
            if sweep.state.phase == "erasing":
                _erase(sweep)
        except AccountsUnavailableError:
            logs.error("accounts could not be looked up", exc=traceback.format_exc())
        except OvertakenError:
            logs.warning("accounts are swept by another instance")
    logs.info("accounts", **sweep.done)
    sweep.run.done["erased"], sweep.run.left = sweep.done["erased"], sweep.done["left"]
    if sweep.run.left:
        sweep.run.hand_on(sweep.run.rest.next())
    sweep.run.finish()
    return sweep.done


def _resume(run: Sweep, app: firebase_admin.App) -> AccountSweep | None:
    """What is left of a run, or a new one that is due. A read for a thousand players more."""
    client = run.client
    reference = store.accounts_state_ref(client)
    snapshot = reference.get()
    state = parse(snapshot, AccountsState) or AccountsState()
    now = clock.now_ms()
    if not (state.is_open or state.is_due(now)):
        return None
    if not snapshot.exists:
        try:
            written_at = reference.create(state.dump()).update_time
        except AlreadyExists:  # the other one sweeps
            return None
    else:
        written_at = snapshot.update_time
    sweep = AccountSweep(run, app, state, reference, written_at)
    if not state.is_open:
        begun = state.begun(now, store.count_of(client.collection("players")))
        try:
            sweep.save(**begun.model_dump())
        except OvertakenError:
            return None
    return sweep


def _ask(sweep: AccountSweep) -> None:
    """Ask for the account of each player, and mark those who are missing."""
    percent = config.MISSING_ACCOUNTS_PERCENT.value
    query = store.query_accounts(sweep.client)
    cursor = sweep.state.cursor
    after = {"__name__": store.player_ref(sweep.client, cursor)} if cursor else None
    for page in sweeps.query_pages(query, after):
        if sweep.run.is_over:
            rest = query if not cursor else query.start_after(after)
            return sweep.log_left(rest)
        asked, missing = _look_up(sweep, page)
        cursor = page[-1].id
        after = {"__name__": page[-1].reference}
        sweep.save(
            cursor=cursor,
            asked=sweep.state.asked + asked,
            missing=sweep.state.missing + len(missing),
        )
        if sweep.state.missing > max_missing(max(sweep.state.players, sweep.state.asked), percent):
            return _stop(sweep)
    if sweep.state.missing > max_missing(sweep.state.asked, percent):
        return _stop(sweep)
    sweep.save(phase="erasing")
    return None


def _stop(sweep: AccountSweep) -> None:
    """End the run without any effect: its marks count for nothing, because `previous` stays."""
    sweep.save(phase="stopped")
    logs.error(
        "too many players without an account: none is erased",
        missing=sweep.state.missing,
        asked=sweep.state.asked,
        players=sweep.state.players,
    )


def _erase(sweep: AccountSweep) -> None:
    """Erase those who were missing in the last completed run, in this one, and still are."""
    query = store.query_missing(sweep.client, sweep.state.previous)
    for page in sweeps.query_pages(query) if sweep.state.previous else ():
        _, missing = _look_up(sweep, page)
        for found in page:
            if sweep.run.is_over:
                return sweep.log_left(query)
            if found.id in missing:
                with sweep.run.logging_failure(found):
                    erase.erase(sweep.client, found.id, ERASE_MS)
                    sweep.done["erased"] += 1
    sweep.save(phase="completed", previous=sweep.state.run)
    return None


def _look_up(sweep: AccountSweep, page: list[sweeps.Found]) -> tuple[int, set[str]]:
    """How many of the players must have an account, and those who have none; they are marked.

    A player who has one again loses the mark. Nothing is marked unless Auth answered for all.
    """
    players = {each.id: parse_or_log(each, PlayerAccount) or PlayerAccount() for each in page}
    own = [uid for uid, each in players.items() if each.merged_into is None and is_uid(uid)]
    missing = find_missing(sweep.app, own)
    for uid, player in players.items():
        if uid in missing and player.missing_since is None:
            _write(sweep, uid, sweep.state.run)
        elif uid not in missing and player.missing_since is not None:
            _write(sweep, uid, DELETE_FIELD)
    sweep.done["asked"] += len(own)
    sweep.done["missing"] += len(missing)
    return len(own), missing


def _write(sweep: AccountSweep, uid: str, since: Any) -> None:
    reference = store.player_ref(sweep.client, uid)
    with contextlib.suppress(NotFound):  # they were erased just now
        transactions.retry(lambda: reference.update({"missingSince": since}))


def find_missing(app: firebase_admin.App, uids: Iterable[str]) -> set[str]:
    """Those of the uids that Auth does not know. A request for a hundred.

    Raises AccountsUnavailableError unless each request was answered, and with what was asked for.
    """
    from firebase_admin import auth

    asked, missing = list(uids), set[str]()
    for start in range(0, len(asked), MAX_LOOKUPS):
        wanted = set(asked[start : start + MAX_LOOKUPS])
        try:
            result = auth.get_users([auth.UidIdentifier(each) for each in wanted], app)
            found = {each.uid for each in result.users}
        except Exception as error:
            raise AccountsUnavailableError from error
        if not found <= wanted:
            raise AccountsUnavailableError("Auth answered with accounts of others.")
        missing |= wanted - found
    return missing
