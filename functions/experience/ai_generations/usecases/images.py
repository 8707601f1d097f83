"""Drawing a campaign's emblem after a brief, in the colours of its theme."""

import hashlib
from contextlib import suppress

from google.api_core.exceptions import PreconditionFailed

from experience import config, storage
from experience.ai_generations.models import AiGeneration
from experience.imaging import files, processes
from experience.imaging.models import Artwork, ImageRefused
from experience.language_models import grammar
from experience.language_models.models import ModelErrorCode, ModelFailed
from experience.language_models.outputs import ColourTheme
from experience.language_models.prompts import Brief

PIXELS = 640


def draw_emblem(workspace_id: str, brief: Brief, theme: ColourTheme) -> str:
    """The path of the emblem in the workspace's folder. One write of an object. ModelFailed.

    Equal briefs and colours make equal bytes, which are stored once.
    """
    reading = grammar.read(brief)
    prompt = f"{reading.topic}, {reading.tone}: {reading.subject}"
    palette = (theme.primary_color, theme.secondary_color, theme.background_color, theme.text_color)
    try:
        data = processes.draw(Artwork("emblem", prompt, palette, PIXELS, PIXELS))
    except ImageRefused as refused:
        raise ModelFailed(refused.message, code=ModelErrorCode.PROVIDER_ERROR) from refused
    content_type = str(files.content_type(data))
    name = f"{hashlib.sha256(data).hexdigest()}.{content_type.rpartition('/')[2]}"
    path = f"workspaces/{workspace_id}/generated/{name}"
    with suppress(PreconditionFailed):  # it is stored
        storage.bucket().blob(path).upload_from_string(
            data, content_type=content_type, if_generation_match=0, retry=storage.retry()
        )
    return path


def image_url(generation: AiGeneration) -> str | None:
    """A signed URL of a generation's picture, for `DOWNLOAD_URL_SECONDS`; None without one."""
    if not generation.has_image or generation.output is None:
        return None
    seconds = int(config.DOWNLOAD_URL_SECONDS.value)
    return storage.signed_url(generation.output["logoUrl"], "GET", seconds)
