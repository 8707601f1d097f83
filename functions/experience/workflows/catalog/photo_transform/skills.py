"""The skills of `photo.transform`: a photo becomes a picture, here or at a vendor.

Each step stores its image as an artifact, so that a failed step is retried from there. The steps
are the stages of the imaging: with the provider `local` the picture is, byte for byte, the one that
`imaging.transform_image` makes.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast, get_args

from experience.documents import Document
from experience.errors import Refusal
from experience.imaging import files, processes
from experience.imaging.models import ImageRefused, Recipe, RefusalCode, Style
from experience.providers import gemini, local, registry, replicate
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.skills import (
    ArtifactRef,
    Context,
    Data,
    File,
    GenerationRequest,
    SkillFailed,
    skill,
)
from experience.workspaces.models import Transform

T = TypeVar("T")

VERSION = "4"
MAX_PROMPT_LENGTH = 8000
SECONDS = 120
PHOTO_REFUSED = "PHOTO_REFUSED"
"""The guest's photo cannot be used; the message is for the guest."""

_MENTION = re.compile(r"@\{step:([A-Za-z0-9_-]{1,128})\}")
_EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}


class GuestAnswer(Document):
    """What a guest answered to a step."""

    step_id: str
    value: str | bool | int | float | list[str]


class ModelInput(NamedTuple):
    """A Replicate model's input for the photo, and whether it has one for the aspect ratio."""

    name: str = "image"
    is_list: bool = False
    has_aspect_ratio: bool = False


REPLICATE_INPUTS = {
    "black-forest-labs/flux-kontext-pro": ModelInput("input_image", has_aspect_ratio=True),
    "black-forest-labs/flux-kontext-max": ModelInput("input_image", has_aspect_ratio=True),
    "google/nano-banana": ModelInput("image_input", is_list=True, has_aspect_ratio=True),
}
"""The inputs of known models. Any other model has an input `image`."""


class SourcePhoto(Data):
    """A photo of this workspace, and its transform."""

    source_uri: str
    transform: Transform


class Image(Data):
    """The image that one step passes to the next."""

    image: ArtifactRef
    transform: Transform


class Styling(Image):
    """A normalised photo, and the guest's answers."""

    answers: list[GuestAnswer] = []


class Measured(Data):
    """The size of an image in pixels."""

    width: int
    height: int


class Styled(Data):
    """The provider that styled the image, and the cost in micro-dollars; null if unknown."""

    provider_id: str
    cost_micros: int | None


class Published(Data):
    """The result: its size, and its files.

    The files are artifacts, or `published`: what the run's hooks report of them.
    """

    format: str
    width: int
    height: int
    size_bytes: int
    picture: ArtifactRef | None = None
    thumbnail: ArtifactRef | None = None
    published: dict[str, Any] | None = None


@skill(
    "photo.load",
    input_type=SourcePhoto,
    output_type=Measured,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def load(inputs: SourcePhoto, context: Context) -> Measured:
    """Turn the photo upright, crop it, and scale it to the size that it is styled at.

    Before that, check that the transform can succeed, while nothing has been paid for.
    """
    processes.warm_up()  # while the photo is fetched
    try:
        registry.require(provider_of(inputs.transform.model))
    except Refusal as refused:
        raise SkillFailed(refused.reason.upper(), refused.message) from refused
    recipe = _recipe(inputs.transform)
    _require_references(inputs.transform, context)
    photo = context.artifacts.read(inputs.source_uri)
    if files.size(photo) is None:
        raise SkillFailed(PHOTO_REFUSED, "The photo is not a JPEG, PNG or WebP image.")
    image = _refusing(lambda: processes.normalise(photo, recipe), invalid=PHOTO_REFUSED)
    width, height = files.size(image) or (0, 0)
    measures = {"width": width, "height": height}
    kind = str(files.content_type(image))
    name = f"image.{_EXTENSIONS[kind.removeprefix('image/')]}"
    context.artifacts.write("image", image, kind, name, measures)
    return Measured(width=width, height=height)


@skill(
    "photo.stylise",
    input_type=Styling,
    output_type=Styled,
    version=VERSION,
    max_runtime_seconds=300,
)
def stylise(inputs: Styling, context: Context) -> Styled:
    """Have a provider style the image: one generation, paid once for this step of this run."""
    transform = inputs.transform
    provider_id = provider_of(transform.model)
    generation = context.generate(
        GenerationRequest(
            slot="image",
            provider_id=provider_id,
            params=params_of(transform, prompt_of(transform.prompt, inputs.answers)),
            sources=[inputs.image.uri, *references_of(transform)],
        )
    )
    return Styled(provider_id=provider_id, cost_micros=generation.cost_micros)


@skill(
    "photo.publish",
    input_type=Image,
    output_type=Published,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def publish(inputs: Image, context: Context) -> Published:
    """Shape and scale the styled image, add the overlay, and encode it as files."""
    transform = inputs.transform
    overlay = _overlay(context, transform.overlay.path) if transform.overlay else None
    styled = context.artifacts.read(inputs.image.uri)
    recipe = _recipe(transform)
    picture = _refusing(lambda: processes.finish(styled, recipe, overlay))
    rendered = [
        File(f"result.{_EXTENSIONS[picture.format]}", picture.data, picture.content_type),
        File("thumb.webp", picture.thumbnail, "image/webp"),
    ]
    published = context.publish(rendered)
    measures = {"width": picture.width, "height": picture.height}
    stored: dict[str, Any] = {}
    if published is not None:
        stored["published"] = dict(published)
    else:
        for slot, file in zip(("picture", "thumbnail"), rendered, strict=True):
            metadata = measures if slot == "picture" else {}
            stored[slot] = context.artifacts.write(slot, file.data, file.type, file.name, metadata)
    return Published(
        format=picture.format,
        width=picture.width,
        height=picture.height,
        size_bytes=len(picture.data),
        **stored,
    )


def provider_of(model: str) -> str:
    """The provider of a model: `replicate/owner/name`, `gemini/name`, or a local style."""
    provider_id = model.partition("/")[0]
    return provider_id if provider_id in (replicate.ID, gemini.ID) else local.ID


def params_of(transform: Transform, prompt: str) -> dict[str, Any]:
    """The provider's parameters for a transform, without the photo."""
    provider_id, _, model = transform.model.partition("/")
    if provider_id == replicate.ID:
        photo = REPLICATE_INPUTS.get(model, ModelInput())
        shape = {"aspect_ratio": transform.aspect_ratio} if photo.has_aspect_ratio else {}
        return {
            "model": model,
            "input": {"prompt": prompt, **shape},
            "sourceInput": photo.name,
            "sourcesAsList": photo.is_list,
        }
    if provider_id == gemini.ID:
        return {"model": model, "prompt": prompt, "aspectRatio": transform.aspect_ratio}
    return {"style": transform.style}


def references_of(transform: Transform) -> list[str]:
    """The reference images for the model, in addition to the photo. Local styles use none."""
    is_local = provider_of(transform.model) == local.ID
    return [] if is_local else transform.reference_image_urls


def prompt_of(prompt: str, answers: list[GuestAnswer]) -> str:
    """The prompt, with each mention of a step replaced by the guest's answer to it.

    The answer to a step that was not answered is empty. Mentions within answers are not replaced.
    """
    values: Mapping[str, str] = {each.step_id: _as_text(each.value) for each in answers}
    replaced = _MENTION.sub(lambda mention: values.get(mention[1], ""), prompt)
    return replaced[:MAX_PROMPT_LENGTH]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _recipe(transform: Transform) -> Recipe:
    if transform.style not in get_args(Style):
        raise SkillFailed("PROCESSING_FAILED", f"There is no style {transform.style!r}.")
    return Recipe(
        style=cast(Style, transform.style),
        aspect_ratio=transform.aspect_ratio,
        format=transform.output.format,
        width=transform.output.width,
    )


def _require_references(transform: Transform, context: Context) -> None:
    """Check the reference images. One download for each."""
    references = references_of(transform)
    provider_id, _, model = transform.model.partition("/")
    is_list = provider_id == gemini.ID or REPLICATE_INPUTS.get(model, ModelInput()).is_list
    if references and not is_list:
        message = f"The model {transform.model} takes the photo alone, without reference images."
        raise SkillFailed("INVALID_INPUT", message)
    for number, each in enumerate(references):
        name = f"referenceImageUrls[{number}]"
        try:
            reference = context.artifacts.read(each)
        except SkillFailed as missing:
            if missing.retryable:
                raise
            message = f"{name} is not in this workspace's folder. Replace it in the experience."
            raise SkillFailed("PROCESSING_FAILED", message) from missing
        if files.content_type(reference) is None or files.size(reference) is None:
            message = f"{name} is not a JPEG, PNG or WebP image. Replace it in the experience."
            raise SkillFailed("PROCESSING_FAILED", message)


def _overlay(context: Context, path: str) -> bytes:
    try:
        return context.artifacts.read(path)
    except SkillFailed as missing:
        message = "The overlay is not in this workspace's folder. Replace it in the experience."
        raise SkillFailed("PROCESSING_FAILED", message) from missing


def _refusing(make: Callable[[], T], *, invalid: str = RefusalCode.PROCESSING_FAILED) -> T:
    """Turn an image that the imaging refuses into a failure of the step.

    It has the code `invalid` if the image is to blame: the guest's photo, or else one of ours.
    """
    try:
        return make()
    except ImageRefused as refused:
        code = invalid if refused.code is RefusalCode.INVALID_INPUT else refused.code
        raise SkillFailed(code, refused.message) from refused


DEFINITIONS.add(Path(__file__).with_name("definition.yaml"))
