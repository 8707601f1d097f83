"""Campaigns and their public twins."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from experience.campaigns.models.config import CampaignConfig
from experience.campaigns.models.draws import PublicDraw
from experience.campaigns.models.game import Limit, Person, Terms, Window
from experience.documents import Document
from experience.workflows.runs.models import RunSummary

TEMPLATES = ("spin_wheel",)


class CampaignStatus(StrEnum):
    """Where a campaign is in its life: see `life_cycle`."""

    DRAFT = "draft"
    GENERATING = "generating"
    LIVE = "live"
    FAILED = "failed"
    ARCHIVED = "archived"


class BuiltMedia(Document):
    """Addresses of what a build made; None where it made none."""

    logo: str | None = None
    background: str | None = None
    emblem: str | None = None
    spin: str | None = None
    win: str | None = None


class BuiltCampaign(Document):
    """What the last build that succeeded made: what a player sees and hears.

    `theme` and `words` are complete here, with what was generated and corrected.
    """

    theme: dict[str, Any] = {}
    words: dict[str, str] = Field(default={}, alias="copy")
    media: BuiltMedia = BuiltMedia()
    locale: str = "en"


class Campaign(Document):
    """`/workspaces/{w}/campaigns/{id}`. Timestamps are Unix milliseconds.

    `version` goes up by one with each change of an operator and each build that succeeds.
    `pending_run_id` is the build under way, `latest_run_id` the last that succeeded.
    `publish_error`: the reason why the last build was finished and could not go live. `name_key` is
    the name in lower case. `draws`: the public part of each, of which the last one counts; its seed
    is made from the secret's version `draw_secret`, codes and tickets from `claim_secret`. Tickets
    of `revoked_batches` are invalid; `code_counts` has the number of uploaded codes by prize.
    `reveal_pending`: it is closed, and the seeds of its draws are still hidden.
    `deleted` says whether `deleted_at` is there, to query by. `request` is the fingerprint of the
    call that created it, where that had a requestId.
    """

    id: str
    tenant_id: str
    user_id: str
    name: str
    template_id: str
    status: CampaignStatus = CampaignStatus.DRAFT
    config: CampaignConfig = CampaignConfig()
    bundle_url: str | None = None
    thumbnail_url: str | None = None
    latest_run_id: str | None = None
    pending_run_id: str | None = None
    publish_error: str | None = None
    built: BuiltCampaign | None = None
    draws: list[PublicDraw] = []
    draw_secret: str | None = None
    claim_secret: str | None = None
    revoked_batches: list[str] = []
    code_counts: dict[str, int] = {}
    version: int = Field(default=1, ge=1)
    name_key: str
    request: str | None = None
    deleted: bool = False
    deleted_at: int | None = None
    closed_at: int | None = None
    reveal_pending: bool = False
    created_at: int
    updated_at: int

    @property
    def is_live(self) -> bool:
        """Whether it can be played, in its window."""
        return self.status is CampaignStatus.LIVE and not self.deleted and self.closed_at is None

    @property
    def draw(self) -> int:
        """The number of the draw that counts, 0 before the campaign was live."""
        return self.draws[-1].n if self.draws else 0

    def changed(self, now: int, **fields: Any) -> "Campaign":
        """The next version of the campaign."""
        following = {"version": self.version + 1, "updated_at": max(now, self.updated_at)}
        return self.model_copy(update=fields | following)


class CampaignView(Campaign):
    """A campaign as its workspace sees it."""

    HIDDEN = {"request", "draw_secret", "claim_secret"}

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignView":
        """Without what is for the server alone."""
        hidden = ("request", "drawSecret", "claimSecret")
        stored = campaign.dump()
        return cls.load({name: stored[name] for name in stored if name not in hidden})

    def dump(self) -> dict[str, Any]:
        """The fields that are shown."""
        return self.model_dump(by_alias=True, exclude=self.HIDDEN)


class GeneratedCampaign(Document):
    """A campaign that is being built, and the run that builds it."""

    campaign: CampaignView
    run: RunSummary


class EmbedCode(Document):
    """The HTML that shows a campaign within another page, and the address that it shows."""

    html: str
    url: str


class PublicSegment(Document):
    """A segment as a player sees it; `prize` is the prize's name."""

    id: str
    label: str
    prize: str | None = None


class PublicCampaign(Document):
    """`/publicCampaigns/{c}`, the twin of a live campaign: what a player may know.

    It has neither weights nor stock. It stays once the campaign is closed, with the draws' seeds.
    """

    id: str
    tenant_id: str
    name: str
    template_id: str
    status: Literal["live", "closed"] = "live"
    locale: str
    theme: dict[str, Any]
    words: dict[str, str] = Field(alias="copy")
    media: BuiltMedia
    segments: list[PublicSegment]
    window: Window
    limit: Limit
    person: Person
    terms: Terms
    bundle_url: str | None = None
    thumbnail_url: str | None = None
    draws: list[PublicDraw] = []
    closed_at: int | None = None
    version: int
    updated_at: int

    @classmethod
    def of(cls, campaign: Campaign) -> "PublicCampaign":
        """The twin of a campaign that was built and has a complete game."""
        game, built = campaign.config.game, campaign.built
        assert game.window is not None
        assert game.terms is not None
        assert built is not None
        names = {each.id: each.name for each in game.prizes}
        return cls(
            id=campaign.id,
            tenant_id=campaign.tenant_id,
            name=campaign.name,
            template_id=campaign.template_id,
            status="live" if campaign.closed_at is None else "closed",
            locale=built.locale,
            theme=built.theme,
            words=built.words,
            media=built.media,
            segments=[
                PublicSegment(id=each.id, label=each.label, prize=names.get(each.prize_id or ""))
                for each in game.segments
            ],
            window=game.window,
            limit=game.limit,
            person=game.person,
            terms=game.terms,
            bundle_url=campaign.bundle_url,
            thumbnail_url=campaign.thumbnail_url,
            draws=campaign.draws,
            closed_at=campaign.closed_at,
            version=campaign.version,
            updated_at=campaign.updated_at,
        )
