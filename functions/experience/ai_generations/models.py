"""Generations of language models: `/workspaces/{w}/aiGenerations/{id}`, and what callers send."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from experience.campaigns.models.campaign import Campaign
from experience.documents import Document, Request
from experience.errors import FailedPrecondition
from experience.ids import DocumentId, RequestId
from experience.language_models import prompts
from experience.language_models.models import ModelFailed, Usage
from experience.language_models.outputs import CampaignCopy, CampaignPlan, ColourTheme
from experience.language_models.prompts import Brief, Prompt
from experience.workspaces.models import TokenReservation

Text = Annotated[str, Field(min_length=1, max_length=200)]


class GenerationType(StrEnum):
    """What is generated."""

    PLAN = "plan"
    COPY = "copy"
    THEME_BRIEF = "theme_brief"
    THEME_IMAGE = "theme_image"


class GenerationStatus(StrEnum):
    """How far it is. Only `pending` changes."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class GenerationError(Document):
    """Why there is no output. `retryable`: another generation may have one."""

    code: str
    message: str
    retryable: bool = False


class AiGeneration(Document):
    """One request to a language model, its output, and what became of it.

    `input_params` is what was asked for, `output` what the model made of it. `campaign_id` is the
    campaign that it is for, or that an accepted plan created; None once that was deleted.
    `reservation`: the day's tokens that it holds while it is pending. `request` is the fingerprint
    of the call that created it, where that had a requestId.
    """

    id: str
    tenant_id: str
    user_id: str
    campaign_id: str | None = None
    generation_type: GenerationType
    status: GenerationStatus = GenerationStatus.PENDING
    accepted: bool = False
    accepted_at: int | None = None
    rejected_at: int | None = None
    input_params: dict[str, Any]
    output: dict[str, Any] | None = None
    error: GenerationError | None = None
    duration_ms: int | None = None
    llm_model: str | None = None
    prompt_version: str
    attempts: int = 0
    usage: Usage = Usage()
    reservation: TokenReservation | None = None
    request: str | None = None
    created_at: int
    updated_at: int

    @property
    def has_image(self) -> bool:
        """Whether a picture is drawn for it."""
        return self.generation_type is GenerationType.THEME_IMAGE

    def completed(
        self, output: dict[str, Any], usage: Usage, attempts: int, now: int
    ) -> "AiGeneration":
        """The generation with its output."""
        ended = {"status": GenerationStatus.COMPLETED, "output": output}
        return self._ended(now, usage=usage, attempts=attempts, **ended)

    def failed(self, failure: ModelFailed, now: int) -> "AiGeneration":
        """The generation without an output."""
        error = GenerationError(
            code=failure.code.value, message=failure.message, retryable=failure.retryable
        )
        ended = {"status": GenerationStatus.FAILED, "error": error}
        return self._ended(now, usage=failure.usage, attempts=failure.attempts, **ended)

    def _ended(self, now: int, **fields: Any) -> "AiGeneration":
        at = max(now, self.updated_at)
        times = {"duration_ms": at - self.created_at, "updated_at": at, "reservation": None}
        return self.model_copy(update=fields | times)


class AiGenerationView(AiGeneration):
    """A generation as its workspace sees it.

    `image_url` shows the picture of a `theme_image` until it expires. Only `createAiGeneration` and
    `getAiGeneration` give it.
    """

    image_url: str | None = None
    reservation: TokenReservation | None = Field(default=None, exclude=True)
    request: str | None = Field(default=None, exclude=True)

    @classmethod
    def of(cls, generation: AiGeneration, image_url: str | None = None) -> "AiGenerationView":
        """Without what is for the server alone."""
        return cls.load({**generation.dump(), "imageUrl": image_url})


class ThemeImage(ColourTheme):
    """Colours, and a picture in them. `logo_url`: its path in the workspace's folder."""

    logo_url: str = Field(max_length=1000)


class GenerationParams(Request):
    """What is wanted. A `brief` may name prizes, colours and a tone; see the docs."""

    brief: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
    tone: Text | None = None
    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")] | None = (
        None
    )
    style: Text | None = None


class CreateAiGeneration(Request):
    """Generate something. A repeated call with the same `request_id` returns the first one's."""

    workspace_id: DocumentId
    generation_type: GenerationType
    params: GenerationParams
    campaign_id: DocumentId | None = None
    request_id: RequestId | None = None


class OfAiGeneration(Request):
    """The base of what is asked of one generation."""

    workspace_id: DocumentId
    generation_id: DocumentId


class AcceptAiGeneration(OfAiGeneration):
    """Apply a generation's output to its campaign; a plan without one creates it.

    With `expected_version` it is applied to that version of the campaign only.
    """

    expected_version: int | None = Field(default=None, ge=1)


class RejectAiGeneration(OfAiGeneration):
    """Say no to a generation's output. It can be accepted after all."""


class GetAiGeneration(OfAiGeneration):
    """Read a generation."""


class ListAiGenerations(Request):
    """The workspace's generations, the newest first."""

    workspace_id: DocumentId
    campaign_id: DocumentId | None = None
    status: GenerationStatus | None = None
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=3000)


_PROMPTS = {
    GenerationType.PLAN: prompts.plan_prompt,
    GenerationType.COPY: prompts.copy_prompt,
    GenerationType.THEME_BRIEF: prompts.theme_prompt,
    GenerationType.THEME_IMAGE: prompts.image_prompt,
}


def prompt_of(request: CreateAiGeneration, campaign: Campaign | None) -> Prompt:
    """What the model is asked; the campaign gives its name, and its locale where none is asked."""
    params = request.params
    locale = params.locale or (campaign.config.locale if campaign else "en")
    name = campaign.name if campaign else None
    brief = Brief(params.brief, params.tone, locale, params.style, name)
    return _PROMPTS[request.generation_type](brief)


def config_part(generation: AiGeneration) -> dict[str, Any]:
    """What a completed output changes in a campaign's config, as `updateCampaign` takes it."""
    output = generation.output
    match generation.generation_type:
        case GenerationType.COPY:
            return _copy_part(generation, CampaignCopy.load(output))
        case GenerationType.THEME_BRIEF:
            return _theme_part(ColourTheme.load(output))
        case GenerationType.THEME_IMAGE:
            image = ThemeImage.load(output)
            part = _theme_part(image)
            return {"theme": {**part["theme"], "logoUrl": image.logo_url}}
        case GenerationType.PLAN:
            plan = CampaignPlan.load(output)
            game = plan.game.model_dump(mode="json", by_alias=True)
            return {
                **_copy_part(generation, plan.copy_),
                **_theme_part(plan.theme),
                "game": {"segments": game["segments"], "prizes": game["prizes"]},
            }


def plan_name(generation: AiGeneration) -> str:
    """The name of the campaign that a plan creates."""
    return CampaignPlan.load(generation.output).name


def require_acceptable(generation: AiGeneration) -> None:
    """Raise FailedPrecondition `generation_status` unless there is an output."""
    if generation.status is not GenerationStatus.COMPLETED:
        raise FailedPrecondition(
            "generation_status",
            f"This generation is {generation.status}.",
            status=generation.status,
        )


def _copy_part(generation: AiGeneration, copy: CampaignCopy) -> dict[str, Any]:
    locale = prompts.language_of(generation.input_params.get("locale") or "en")
    return {"copy": copy.model_dump(mode="json", by_alias=True), "locale": locale}


def _theme_part(theme: ColourTheme) -> dict[str, Any]:
    shown = theme.model_dump(mode="json", by_alias=True)
    return {
        "theme": {name: shown[name] for name in ("primaryColor", "secondaryColor", "fontFamily")}
    }
