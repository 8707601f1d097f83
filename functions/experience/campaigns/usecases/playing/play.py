"""Playing: one play for each person, period and number, however often it is asked for."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.campaigns import store
from experience.campaigns.models import draws
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.game import Game, Person
from experience.campaigns.models.playing import claims
from experience.campaigns.models.playing.play import (
    Denied,
    Play,
    PlayStatus,
    Proof,
    next_period_ms,
    period_of,
    play_id_of,
)
from experience.campaigns.models.playing.requests import (
    AwardedPrize,
    Claim,
    NextPlay,
    PlayCampaign,
    PlayResult,
)
from experience.campaigns.usecases import secrets
from experience.campaigns.usecases.playing.award import Award, award, write_award
from experience.campaigns.usecases.playing.rollups import count_play
from experience.errors import FailedPrecondition, NotFound
from experience.progress.calendar import day_of
from experience.projects.models import Phase
from experience.sessions.models.session import Session, SessionStatus
from experience.sessions.store import session_ref
from experience.store import parse
from experience.workspaces.store import is_deleted


def play_campaign(uid: str, request: PlayCampaign) -> PlayResult:
    """Play a live campaign once; everybody who is signed in.

    Who draws no prize costs two reads and one write, and one for the rollup; a session's proof one
    read more. Who draws one costs two reads more, with a cap or uploaded codes one more of each,
    nine where the first share of the stock is empty, and as many writes. Asked again: the reads
    alone. Raises NotFound, FailedPrecondition `not_open`, `closed`, `terms_required`,
    `limit_reached`, `session_required`, `ticket_invalid`, `ticket_revoked` and
    `campaign_secret_missing`, and Contention.
    """
    client = clients.firestore()
    if is_deleted(client, request.workspace_id):
        raise NotFound("campaign")
    return transactions.run_optimistic(
        client, lambda transaction: _play(client, transaction, uid, request)
    )


def _play(client: Client, transaction: Transaction, uid: str, request: PlayCampaign) -> PlayResult:
    now = clock.now_ms()
    asked = _Asked.read(client, transaction, uid, request, now)
    if asked.earlier is not None:
        return asked.result(client, asked.earlier)
    asked.require_open()
    game = asked.campaign.config.game
    seed = secrets.seed(
        asked.campaign.tenant_id,
        asked.campaign.id,
        asked.campaign.draw,
        str(asked.campaign.draw_secret),
    )
    roll = draws.roll_of(seed, asked.play_id)
    play = asked.new_play(game, roll)
    prize = game.drawn(roll)
    won: Award | Denied | None = None
    if prize is not None:
        won = award(client, transaction, asked.campaign, prize, play, asked.person)
    denied = won if isinstance(won, Denied) else None
    play = play.with_result(game, prize, denied)
    code = None
    if isinstance(won, Award):
        code = won.code or claims.code_of(asked.claim_key, play.id)
        play = play.model_copy(
            update={
                "claim_hash": claims.code_hash(code),
                "shard": won.shard.shard,
                "code_number": won.code_number,
                "winner": won.winner.id,
            }
        )
        write_award(transaction, won)
    transaction.create(
        store.play_ref(client, asked.campaign.tenant_id, asked.campaign.id, play.id), play.dump()
    )
    count_play(client, transaction, play)
    return asked.shown(play, code)


@dataclass(frozen=True)
class _Asked:
    """A call, the campaign as it was read, who plays, and the play if there is one already."""

    uid: str
    request: PlayCampaign
    campaign: Campaign
    now: int
    person: str
    period: str
    play_id: str
    proof: Proof | None
    session: Session | None = None
    earlier: Play | None = None

    @classmethod
    def read(
        cls, client: Client, transaction: Transaction, uid: str, request: PlayCampaign, now: int
    ) -> "_Asked":
        """Two reads, with a session's proof three: a ticket's batch is known by the campaign."""
        workspace, campaign_id = request.workspace_id, request.campaign_id
        campaign = store.get_campaign(client, workspace, campaign_id, transaction)
        if campaign.deleted or campaign.config.game.window is None or not campaign.draws:
            raise NotFound("campaign")
        game = campaign.config.game
        assert game.window is not None
        period = period_of(game.limit, game.window.time_zone, now)
        person, proof = f"uid:{uid}", None
        if game.person is Person.TICKET:
            person, proof = _ticket(campaign, request)
        play_id = play_id_of(workspace, campaign_id, person, period, request.number)
        wanted = [store.play_ref(client, workspace, campaign_id, play_id)]
        if game.person is Person.SESSION and request.project_id and request.session_id:
            wanted.append(session_ref(client, request.project_id, request.session_id))
            proof = Proof(project_id=request.project_id, session_id=request.session_id)
        found = transactions.read(client, wanted, transaction)
        return cls(
            uid=uid,
            request=request,
            campaign=campaign,
            now=now,
            person=person,
            period=period,
            play_id=play_id,
            proof=proof,
            session=parse(found[1], Session) if len(found) > 1 else None,
            earlier=parse(found[0], Play),
        )

    @property
    def game(self) -> Game:
        return self.campaign.config.game

    @property
    def zone(self) -> str:
        assert self.game.window is not None
        return self.game.window.time_zone

    @property
    def claim_key(self) -> bytes:
        return _claim_key(self.campaign)

    def require_open(self) -> None:
        """Raise unless a new play may begin at this moment."""
        window, terms, limit = self.game.window, self.game.terms, self.game.limit
        assert window is not None
        assert terms is not None
        if self.campaign.closed_at is not None or self.now >= window.closes_at:
            at = self.campaign.closed_at or window.closes_at
            raise FailedPrecondition("closed", "This campaign is over.", closesAt=at)
        if not self.campaign.is_live:
            raise NotFound("campaign")
        if self.now < window.opens_at:
            raise FailedPrecondition(
                "not_open", "This campaign has not begun yet.", opensAt=window.opens_at
            )
        if self.request.terms_version != terms.version:
            raise FailedPrecondition(
                "terms_required", "Accept the terms first.", version=terms.version, url=terms.url
            )
        if self.request.number > limit.plays:
            following = next_period_ms(limit, self.zone, self.now)
            raise FailedPrecondition(
                "limit_reached",
                f"A person plays {limit.plays} times.",
                plays=limit.plays,
                next=None if following is None else {"at": following},
            )
        if self.proof is not None and self.proof.ticket is not None:
            batch = self.proof.ticket.partition("-")[0]
            if batch in self.campaign.revoked_batches:
                raise FailedPrecondition("ticket_revoked", "This ticket is not valid any more.")
        if self.game.person is Person.SESSION and not self._has_session():
            raise FailedPrecondition(
                "session_required", "Complete the experience first, and play from its end."
            )

    def _has_session(self) -> bool:
        """Whether the proof is a main session that the caller completed here in this period."""
        session, window = self.session, self.game.window
        assert window is not None
        if session is None or session.completed_at is None or session.created_by != self.uid:
            return False
        completed = session.completed_at
        in_period = (
            day_of(completed, self.zone) == self.period
            if self.game.limit.per == "day"
            else window.opens_at <= completed < window.closes_at
        )
        return (
            in_period
            and session.is_visit
            and session.phase is Phase.MAIN
            and session.status is SessionStatus.COMPLETED
            and session.workspace_id == self.campaign.tenant_id
        )

    def new_play(self, game: Game, roll: int) -> Play:
        """The play before it is known what it wins."""
        return Play(
            id=self.play_id,
            campaign_id=self.campaign.id,
            tenant_id=self.campaign.tenant_id,
            uid=self.uid,
            period=self.period,
            number=self.request.number,
            draw=self.campaign.draw,
            roll=roll,
            segment_id=game.segment(None, roll).id,
            day=day_of(self.now, self.zone),
            proof=self.proof,
            created_at=self.now,
        )

    def result(self, client: Client, play: Play) -> PlayResult:
        """The result of a play that was made before. One read for an uploaded code."""
        return self.shown(play, code_of_play(client, self.campaign, play))

    def shown(self, play: Play, code: str | None) -> PlayResult:
        """What the player sees of a play."""
        at = next_period_ms(self.game.limit, self.zone, self.now)
        return result_of(play, code, at)


def _ticket(campaign: Campaign, request: PlayCampaign) -> tuple[str, Proof]:
    """The person that a ticket is, and the proof. FailedPrecondition."""
    if request.ticket is None or campaign.claim_secret is None:
        raise FailedPrecondition("ticket_invalid", "This campaign is played with a ticket.")
    name = claims.ticket_name(_claim_key(campaign), request.ticket)
    return f"ticket:{name}", Proof(ticket=name)


def _claim_key(campaign: Campaign) -> bytes:
    return secrets.claim_key(campaign.tenant_id, campaign.id, str(campaign.claim_secret))


def code_of_play(client: Client, campaign: Campaign, play: Play) -> str | None:
    """The code of a play's claim; None where nothing was won, or the claim was taken back.

    One read for an uploaded code.
    """
    if play.prize_id is None or play.status is PlayStatus.VOIDED:
        return None
    if play.code_number is None:
        return claims.code_of(_claim_key(campaign), play.id)
    reference = store.code_ref(
        client, campaign.tenant_id, campaign.id, play.prize_id, play.code_number
    )
    stored: dict[str, Any] = transactions.fields(reference.get()) or {}
    return stored.get("code")


def result_of(play: Play, code: str | None, next_at: int | None) -> PlayResult:
    """What the player sees of a play."""
    prize = None
    if play.prize_id is not None and play.prize_name is not None and play.prize_kind is not None:
        prize = AwardedPrize(id=play.prize_id, name=play.prize_name, kind=play.prize_kind)
    return PlayResult(
        play_id=play.id,
        segment_id=play.segment_id,
        prize=prize,
        claim=Claim(code=code) if code is not None else None,
        next=NextPlay(at=next_at) if next_at is not None else None,
    )
