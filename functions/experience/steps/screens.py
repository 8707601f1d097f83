"""The steps that show something, and the two that a transform needs: the choice and the photo."""

from typing import Annotated, Any, Literal

from pydantic import Field

from experience.documents import Sparse
from experience.ids import DocumentId
from experience.locales.translations import SparseTranslations
from experience.steps.models import Step, StepConfig, StepTranslation, Variable
from experience.steps.values import StepInput, StepValue, StepValueError, check_choice

SELECTED_EXPERIENCE = "selected_experience_id"


class InfoStep(Step):
    """Something to read or to look at."""

    type: Literal["info"]


class ExperiencePickerConfig(StepConfig):
    layout: Literal["grid", "list", "carousel"] = "grid"
    variable: Variable = SELECTED_EXPERIENCE
    experience_ids: Annotated[list[DocumentId], Field(min_length=1, max_length=20)]


class ExperiencePickerStep(Step):
    """The choice of the experience that the photo is transformed with; it must be made.

    A journey keeps it as a plain string at `data.{variable}`.
    """

    type: Literal["experience-picker"]
    config: ExperiencePickerConfig
    input_types = ("selection",)

    @property
    def is_required(self) -> bool:
        return True

    @property
    def variable(self) -> str:
        return self.config.variable

    def _check(self, value: Any) -> str:
        return check_choice(value, self.config.experience_ids)


class CaptureConfig(StepConfig):
    source_variable: Variable = SELECTED_EXPERIENCE
    fallback_experience_id: DocumentId | None = None
    allow_videos: bool = False


class CaptureStep(Step):
    """The guest's photo, or a video if `allow_videos`; it must be taken.

    `source_variable` names the choice of experience.
    """

    type: Literal["capture"]
    config: CaptureConfig = CaptureConfig()
    input_types = ("photo",)

    @property
    def is_required(self) -> bool:
        return True

    @property
    def takes_media(self) -> bool:
        return True

    @property
    def takes_videos(self) -> bool:
        return self.config.allow_videos

    def check_input(self, given: StepInput) -> StepInput:
        if given.type != "photo":
            raise StepValueError(f"This step takes a photo, not {given.type}.")
        return given

    def _check(self, value: Any) -> StepValue:  # noqa: ARG002 - no value is right
        raise StepValueError("This step takes a photo. Upload it instead of sending a value.")


Messages = Annotated[
    list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=10)
]


class ProcessingConfig(StepConfig):
    messages: Messages
    estimated_duration: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds."""


class ProcessingTranslation(StepTranslation):
    """What a guest reads meanwhile in another language: all the messages, or none."""

    messages: Sparse[Messages] = None


class ProcessingStep(Step):
    """What a guest reads while the picture is made."""

    type: Literal["processing"]
    config: ProcessingConfig
    translations: SparseTranslations[ProcessingTranslation] = None


Social = Literal["instagram", "facebook", "twitter", "linkedin", "tiktok", "whatsapp"]


class RewardConfig(StepConfig):
    allow_download: bool = True
    allow_system_share: bool = True
    allow_email: bool = False
    socials: Annotated[list[Social], Field(max_length=6)] = []


class RewardStep(Step):
    """The finished picture, and the ways to take it along."""

    type: Literal["reward"]
    config: RewardConfig = RewardConfig()
