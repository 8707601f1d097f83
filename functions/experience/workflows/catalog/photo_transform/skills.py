"""The skills of `photo.transform`: a photo becomes a picture, here or at a vendor.

Each step leaves its image as an artifact, so that one that fails is tried again from there. The
steps are the stages of the imaging: with the provider `local` the picture is, byte for byte, what
`imaging.transform_image` makes.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast, get_args

from experience.documents import Document
from experience.errors import Refusal
from experience.imaging import files
from experience.imaging.models import ImageRefused, Recipe, Style
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

_MENTION = re.compile(r"@\{step:([A-Za-z0-9_-]{1,128})\}")
_EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}


class Answer(Document):
    """What a guest answered to a step."""

    step_id: str
    value: str | bool | int | float | list[str]


class Input(NamedTuple):
    """What a model of Replicate calls the photo, and whether it takes several and a shape."""

    name: str = "image"
    is_list: bool = False
    takes_aspect_ratio: bool = False


REPLICATE_INPUTS = {
    "black-forest-labs/flux-kontext-pro": Input("input_image", takes_aspect_ratio=True),
    "black-forest-labs/flux-kontext-max": Input("input_image", takes_aspect_ratio=True),
    "google/nano-banana": Input("image_input", is_list=True, takes_aspect_ratio=True),
}
"""Models have names of their own for their inputs; those that are not here take an `image`."""


class Photo(Data):
    """A photo of this workspace, and what is to become of it."""

    source_uri: str
    transform: Transform


class Image(Data):
    """An image between two steps."""

    image: ArtifactRef
    transform: Transform


class Styling(Image):
    """A normalised photo, and what its guest answered."""

    answers: list[Answer] = []


class Measured(Data):
    """How large an image is, in pixels."""

    width: int
    height: int


class Styled(Data):
    """Who styled it, and what that cost in micro-dollars; null where that is not known."""

    provider_id: str
    cost_micros: int | None


class Published(Data):
    """The result: its measures, and its files.

    They are artifacts, or what the run's owner told of them: where they lie, and their addresses.
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
    input_type=Photo,
    output_type=Measured,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def load(given: Photo, context: Context) -> Measured:
    """The photo upright, cropped, in the size that it is styled at.

    First whether its transform has everything that it needs: nothing has begun yet.
    """
    from experience.imaging import stages

    try:
        registry.require(provider_of(given.transform.model))
    except Refusal as refused:
        raise SkillFailed(refused.reason.upper(), refused.message) from refused
    recipe = _recipe(given.transform)
    _require_references(given.transform, context)
    photo = context.artifacts.read(given.source_uri)
    if files.size(photo) is None:
        raise SkillFailed("INVALID_INPUT", "The photo is not a JPEG, PNG or WebP image.")
    image = _refusing(lambda: stages.normalise(photo, recipe))
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
def stylise(given: Styling, context: Context) -> Styled:
    """The provider's work: a generation, paid once for this step of this run."""
    transform = given.transform
    provider_id = provider_of(transform.model)
    made = context.generate(
        GenerationRequest(
            slot="image",
            provider_id=provider_id,
            params=params_of(transform, prompt_of(transform.prompt, given.answers)),
            sources=[given.image.uri, *references_of(transform)],
        )
    )
    return Styled(provider_id=provider_id, cost_micros=made.cost_micros)


@skill(
    "photo.publish",
    input_type=Image,
    output_type=Published,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def publish(given: Image, context: Context) -> Published:
    """What came back, in the shape and size that were asked for, under the overlay, as a file."""
    from experience.imaging import stages

    transform = given.transform
    overlay = _overlay(context, transform.overlay.path) if transform.overlay else None
    styled = context.artifacts.read(given.image.uri)
    recipe = _recipe(transform)
    picture = _refusing(lambda: stages.finish(styled, recipe, overlay))
    made = [
        File(f"result.{_EXTENSIONS[picture.format]}", picture.data, picture.content_type),
        File("thumb.webp", picture.thumbnail, "image/webp"),
    ]
    told = context.publish(made)
    measures = {"width": picture.width, "height": picture.height}
    kept: dict[str, Any] = {"published": dict(told)} if told is not None else {}
    if told is None:
        for slot, file in zip(("picture", "thumbnail"), made, strict=True):
            about = measures if slot == "picture" else {}
            kept[slot] = context.artifacts.write(slot, file.data, file.type, file.name, about)
    return Published(
        format=picture.format,
        width=picture.width,
        height=picture.height,
        size_bytes=len(picture.data),
        **kept,
    )


def provider_of(model: str) -> str:
    """`replicate/owner/name` and `gemini/name` are vendors' models; any other name is local."""
    provider_id = model.partition("/")[0]
    return provider_id if provider_id in (replicate.ID, gemini.ID) else local.ID


def params_of(transform: Transform, prompt: str) -> dict[str, Any]:
    """What the provider of a transform's model is asked for, without the photo."""
    provider_id, _, model = transform.model.partition("/")
    if provider_id == replicate.ID:
        takes = REPLICATE_INPUTS.get(model, Input())
        shape = {"aspect_ratio": transform.aspect_ratio} if takes.takes_aspect_ratio else {}
        return {
            "model": model,
            "input": {"prompt": prompt, **shape},
            "sourceInput": takes.name,
            "sourcesAsList": takes.is_list,
        }
    if provider_id == gemini.ID:
        return {"model": model, "prompt": prompt, "aspectRatio": transform.aspect_ratio}
    return {"style": transform.style}


def references_of(transform: Transform) -> list[str]:
    """The pictures that its model gets beside the photo. The local styles have no use for any."""
    is_local = provider_of(transform.model) == local.ID
    return [] if is_local else transform.reference_image_urls


def prompt_of(prompt: str, answers: list[Answer]) -> str:
    """The prompt with what a guest answered in the places where it mentions a step.

    A step that was not answered leaves nothing. What an answer says is not looked through again.
    """
    values: Mapping[str, str] = {each.step_id: _spoken(each.value) for each in answers}
    told = _MENTION.sub(lambda mention: values.get(mention[1], ""), prompt)
    return told[:MAX_PROMPT_LENGTH]


def _spoken(value: Any) -> str:
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
    """One download for each reference image that the model is to get."""
    references = references_of(transform)
    provider_id, _, model = transform.model.partition("/")
    takes_several = provider_id == gemini.ID or REPLICATE_INPUTS.get(model, Input()).is_list
    if references and not takes_several:
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


def _refusing(make: Callable[[], T]) -> T:
    """What the imaging refuses, as a step's failure."""
    try:
        return make()
    except ImageRefused as refused:
        raise SkillFailed(refused.code, refused.message) from refused


DEFINITIONS.add(Path(__file__).with_name("definition.yaml"))
