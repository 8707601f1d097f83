"""The data of a campaign's page, the page, its picture, and their publication."""

from typing import Any, Literal

from pydantic import Field

from experience.imaging import processes
from experience.imaging.models import Poster
from experience.workflows.catalog.campaign_build import page
from experience.workflows.catalog.campaign_build.manifest import (
    SLOTS,
    Copy,
    Manifest,
    Media,
    Segment,
    Terms,
    Theme,
)
from experience.workflows.catalog.campaign_build.skills.media import drawn
from experience.workflows.skills import ArtifactRef, Context, Data, File, SkillFailed, skill

VERSION = "1"
SECONDS = 120

_EXTENSIONS = {"image/webp": "webp", "image/png": "png", "image/jpeg": "jpg", "audio/wav": "wav"}


class ManifestInput(Data):
    """All that the page shows and plays."""

    campaign_id: str
    name: str
    template_id: Literal["spin_wheel"]
    locale: str
    segments: list[Segment]
    terms: Terms
    theme: Theme
    copy_: Copy = Field(alias="copy")
    background: ArtifactRef
    emblem: ArtifactRef
    logo: ArtifactRef | None = None
    spin: ArtifactRef
    win: ArtifactRef


class Assembled(Data):
    """The manifest, for the steps that show it."""

    manifest: Manifest


@skill(
    "campaign.manifest",
    input_type=ManifestInput,
    output_type=Assembled,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def assemble(inputs: ManifestInput, context: Context) -> Assembled:
    """Put together what the steps before have made."""
    fields = {name: getattr(inputs, name) for name in ManifestInput.model_fields}
    media = Media(**{slot: fields.pop(slot) for slot in SLOTS})
    words = fields.pop("copy_")
    workspace_id = context.step.workspace_id
    manifest = Manifest(**fields, copy_=words, media=media, workspace_id=workspace_id)
    return Assembled(manifest=manifest)


class OfManifest(Data):
    """A manifest to show."""

    manifest: Manifest


class Rendered(Data):
    """The size of what was rendered."""

    size_bytes: int


@skill(
    "campaign.bundle",
    input_type=OfManifest,
    output_type=Rendered,
    version="2",
    max_runtime_seconds=SECONDS,
)
def bundle(inputs: OfManifest, context: Context) -> Rendered:
    """Make one page with the runtime, the data and the media, which needs no network."""
    media = {
        slot: page.data_uri(context.artifacts.read(ref.uri), ref.type)
        for slot, ref in _media_of(inputs.manifest).items()
    }
    data = page.page_of(inputs.manifest, media).encode("utf-8")
    context.artifacts.write("page", data, "text/html; charset=utf-8", "index.html")
    return Rendered(size_bytes=len(data))


@skill(
    "campaign.thumbnail",
    input_type=OfManifest,
    output_type=Rendered,
    version="2",
    max_runtime_seconds=SECONDS,
)
def thumbnail(inputs: OfManifest, context: Context) -> Rendered:
    """Draw the wheel in its colours, with headline and button."""
    manifest, media = inputs.manifest, _media_of(inputs.manifest)
    theme = manifest.theme
    poster = Poster(
        headline=manifest.copy_.headline,
        button=manifest.copy_.cta,
        labels=tuple(each.label for each in manifest.segments),
        primary=theme.primary_color,
        secondary=theme.secondary_color,
        text=theme.text_color,
        on_primary=theme.on_primary_color,
        on_secondary=theme.on_secondary_color,
    )
    background, emblem = (
        context.artifacts.read(media[slot].uri) for slot in ("background", "emblem")
    )
    picture = drawn(lambda: processes.draw_poster(poster, background, emblem), "PROCESSING_FAILED")
    context.artifacts.write("thumbnail", picture, "image/webp", "thumbnail.webp")
    return Rendered(size_bytes=len(picture))


class PublishInput(Data):
    """What is finished: the page, its picture, and the media of the manifest.

    `has_addresses`: whether the files get addresses, as those of a campaign do.
    """

    manifest: Manifest
    bundle: ArtifactRef
    thumbnail: ArtifactRef
    has_addresses: bool = False


class Published(Data):
    """`published`: what the run's hooks report of the files, such as their addresses."""

    manifest: Manifest
    published: dict[str, Any] | None = None


@skill(
    "campaign.publish",
    input_type=PublishInput,
    output_type=Published,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def publish(inputs: PublishInput, context: Context) -> Published:
    """Store the finished files as artifacts of this step, and publish them for the run's owner."""
    refs = {"bundle": inputs.bundle, "thumbnail": inputs.thumbnail, **_media_of(inputs.manifest)}
    files = [
        File(_file_name(slot, ref), context.artifacts.read(ref.uri), ref.type)
        for slot, ref in refs.items()
    ]
    for slot, file in zip(refs, files, strict=True):
        context.artifacts.write(slot, file.data, file.type, file.name)
    published = context.publish(files) if inputs.has_addresses else None
    if inputs.has_addresses and published is None:
        message = "Only a campaign's own build publishes it. Call generateCampaign."
        raise SkillFailed("NOT_A_CAMPAIGN", message)
    return Published(
        manifest=inputs.manifest, published=None if published is None else dict(published)
    )


def _media_of(manifest: Manifest) -> dict[str, ArtifactRef]:
    """The pictures and sounds that a campaign has, by slot."""
    found = {slot: getattr(manifest.media, slot) for slot in SLOTS}
    return {slot: ref for slot, ref in found.items() if ref is not None}


def _file_name(slot: str, ref: ArtifactRef) -> str:
    return "bundle.html" if slot == "bundle" else f"{slot}.{_EXTENSIONS[ref.type]}"
