"""The experiences of events: `/experiences/{x}`."""

from typing import Literal, get_args

from experience.documents import Sparse, SparseDocument
from experience.imaging.models import Style
from experience.locales.translations import SparseTranslations
from experience.workspaces.models import ExperienceTranslation, Transform

LOCAL_STYLES = {f"local/{style}": style for style in get_args(Style)}
"""Events have no field for a style, so the name of the model says it."""
DEFAULT_STYLE: Style = "cartoon"


class AiPhotoConfig(SparseDocument):
    """How a photo becomes a picture. Guests never see this: it holds the prompt.

    `model` is a model of the engine's, or one of `LOCAL_STYLES`.
    """

    enabled: bool = False
    model: str = "local"
    prompt: str = ""
    reference_image_urls: list[str] = []
    aspect_ratio: Literal["1:1", "3:2", "2:3", "16:9", "9:16"] = "1:1"

    @property
    def transform(self) -> Transform:
        """The same for the engine, with its own defaults for what is not said here."""
        style = LOCAL_STYLES.get(self.model)
        return Transform(
            enabled=self.enabled,
            model="local" if style else self.model,
            style=style or DEFAULT_STYLE,
            prompt=self.prompt,
            reference_image_urls=self.reference_image_urls,
            aspect_ratio=self.aspect_ratio,
        )


class EventCaptureConfig(SparseDocument):
    """How the photo is taken. `countdown` is in seconds."""

    type: str = "photo"
    countdown: int = 0
    camera_facing: str = "front"


class EventExperience(SparseDocument):
    """`/experiences/{id}`: what a guest of a workspace's events can choose for their photo.

    An absent `version` counts as 0.
    """

    id: str
    workspace_id: str
    name: str
    status: Literal["active", "deleted"]
    ai_photo_config: Sparse[AiPhotoConfig] = None
    capture_config: EventCaptureConfig = EventCaptureConfig()
    preview_media_url: Sparse[str] = None
    translations: SparseTranslations[ExperienceTranslation] = None
    version: int = 0

    @property
    def makes_picture(self) -> bool:
        """Whether it has a transform for the guest's photo."""
        return self.ai_photo_config is not None and self.ai_photo_config.enabled

    @property
    def is_active(self) -> bool:
        """Whether guests can choose it."""
        return self.status == "active"
