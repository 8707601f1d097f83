"""The skills of `photo.transform`: a photo becomes a picture, here or at a vendor.

Each stage leaves its image as an artifact, so that one that fails is tried again from there. With
the provider `local` the picture is, byte for byte, what `imaging.transform_image` makes.
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
from experience.workflows.skills import (
    ArtifactRef,
    Context,
    Data,
    GenerationRequest,
    SkillFailed,
    skill,
)
from experience.workflows.yamls import DEFINITIONS
from experience.workspaces.models import Transform

T = TypeVar("T")

VERSION = "1"
LONGEST_PROMPT = 8000
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
    """An image between two stages."""

    image: ArtifactRef
    transform: Transform


class Styling(Image):
    """A normalised photo, and what its guest answered."""

    answers: list[Answer] = []


class Files(Data):
    """The picture and its thumbnail."""

    picture: ArtifactRef
    thumbnail: ArtifactRef


class Measured(Data):
    """How large an image is, in pixels."""

    width: int
    height: int


class Styled(Data):
    """Who styled it, and what that cost in micro-dollars; null where that is not known."""

    provider_id: str
    cost_micros: int | None


class Published(Data):
    """The result: what a transform's job says of it."""

    picture: ArtifactRef
    thumbnail: ArtifactRef
    format: str
    width: int
    height: int
    size_bytes: int


@skill("photo.load", takes=Photo, gives=Measured, version=VERSION, max_runtime_seconds=SECONDS)
def load(given: Photo, context: Context) -> Measured:
    """Whether there is a photo, and everything that its transform needs: nothing has begun yet."""
    try:
        registry.require(provider_of(given.transform.model))
    except Refusal as refused:
        raise SkillFailed(refused.reason.upper(), refused.message) from refused
    _recipe(given.transform)
    size = files.size(context.artifacts.read(given.source_uri))
    if size is None:
        raise SkillFailed("INVALID_INPUT", "The photo is not a JPEG, PNG or WebP image.")
    return Measured(width=size[0], height=size[1])


@skill("photo.normalise", takes=Photo, gives=Measured, version=VERSION, max_runtime_seconds=SECONDS)
def normalise(given: Photo, context: Context) -> Measured:
    """The photo upright, cropped, in the size that it is styled at."""
    from experience.imaging import stages

    photo = context.artifacts.read(given.source_uri)
    image = _refusing(lambda: stages.normalise(photo, _recipe(given.transform)))
    return _written(context, image)


@skill("photo.stylise", takes=Styling, gives=Styled, version=VERSION, max_runtime_seconds=300)
def stylise(given: Styling, context: Context) -> Styled:
    """The provider's work: a generation, paid once for this step of this run."""
    transform = given.transform
    provider_id = provider_of(transform.model)
    made = context.generate(
        GenerationRequest(
            slot="image",
            provider_id=provider_id,
            params=params_of(transform, prompt_of(transform.prompt, given.answers)),
            sources=[given.image.uri],
        )
    )
    return Styled(provider_id=provider_id, cost_micros=made.cost_micros)


@skill("photo.compose", takes=Image, gives=Measured, version=VERSION, max_runtime_seconds=SECONDS)
def compose(given: Image, context: Context) -> Measured:
    """What came back, in the shape and size that were asked for, under the overlay."""
    from experience.imaging import stages

    overlay = None
    if given.transform.overlay:
        overlay = _overlay(context, given.transform.overlay.path)
    image = context.artifacts.read(given.image.uri)
    composed = _refusing(lambda: stages.compose(image, _recipe(given.transform), overlay))
    return _written(context, composed)


@skill("photo.encode", takes=Image, gives=Measured, version=VERSION, max_runtime_seconds=SECONDS)
def encode(given: Image, context: Context) -> Measured:
    """The picture as a file of its format, and its thumbnail."""
    from experience.imaging import stages

    image = context.artifacts.read(given.image.uri)
    format_ = given.transform.output.format
    picture = _refusing(lambda: stages.encode(image, format_))
    measures = {"width": picture.width, "height": picture.height}
    name = f"result.{_EXTENSIONS[format_]}"
    context.artifacts.write("picture", picture.data, picture.content_type, name, measures)
    context.artifacts.write("thumbnail", picture.thumbnail, "image/webp", "thumb.webp")
    return Measured(width=picture.width, height=picture.height)


@skill("photo.publish", takes=Files, gives=Published, version=VERSION, max_runtime_seconds=SECONDS)
def publish(given: Files, context: Context) -> Published:  # noqa: ARG001  (the engine publishes it)
    """The result, as the run's last word."""
    measures = given.picture.metadata
    return Published(
        picture=given.picture,
        thumbnail=given.thumbnail,
        format=given.picture.type.removeprefix("image/"),
        width=int(measures["width"]),
        height=int(measures["height"]),
        size_bytes=given.picture.size_bytes,
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


def prompt_of(prompt: str, answers: list[Answer]) -> str:
    """The prompt with what a guest answered in the places where it mentions a step.

    A step that was not answered leaves nothing. What an answer says is not looked through again.
    """
    values: Mapping[str, str] = {each.step_id: _spoken(each.value) for each in answers}
    told = _MENTION.sub(lambda mention: values.get(mention[1], ""), prompt)
    return told[:LONGEST_PROMPT]


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


def _overlay(context: Context, path: str) -> bytes:
    try:
        return context.artifacts.read(path)
    except SkillFailed as missing:
        message = "The overlay is not in this workspace's folder. Replace it in the experience."
        raise SkillFailed("PROCESSING_FAILED", message) from missing


def _written(context: Context, image: bytes) -> Measured:
    width, height = files.size(image) or (0, 0)
    context.artifacts.write(
        "image", image, "image/png", "image.png", {"width": width, "height": height}
    )
    return Measured(width=width, height=height)


def _refusing(make: Callable[[], T]) -> T:
    """What the imaging refuses, as a step's failure."""
    try:
        return make()
    except ImageRefused as refused:
        raise SkillFailed(refused.code, refused.message) from refused


DEFINITIONS.add(Path(__file__).with_name("definitions"))
