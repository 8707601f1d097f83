"""The skills of `campaign.build`: from a campaign's config to a page that can be played."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from experience.errors import Refusal
from experience.imaging import processes
from experience.imaging.models import ImageRefused, Poster
from experience.language_models import grammar, prompts, registry, structured
from experience.language_models.models import ModelFailed
from experience.language_models.outputs import CampaignCopy, is_plain
from experience.language_models.prompts import Brief
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
from experience.workflows.catalog.campaign_build.theme import Colours, Correction, readable_theme
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

T = TypeVar("T")

VERSION = "1"
SECONDS = 120
MAX_LENGTHS = {"headline": 100, "intro": 500, "cta": 40, "win": 500, "lose": 500}
"""Of the words that an author may give. Those of a model are shorter."""

_EXTENSIONS = {"image/webp": "webp", "image/png": "png", "image/jpeg": "jpg", "audio/wav": "wav"}


class PlanInput(Data):
    """What a campaign is about."""

    name: str
    locale: str
    segments: list[Segment]


class Plan(Data):
    """What the other steps make, in words. The prompts begin with the topic and the tone."""

    brief: str
    background_prompt: str
    emblem_prompt: str
    sound_prompt: str
    font_family: str


@skill(
    "campaign.plan",
    input_type=PlanInput,
    output_type=Plan,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def plan(inputs: PlanInput, context: Context) -> Plan:  # noqa: ARG001
    """Find topic and tone in the campaign's name and prizes, and word the prompts after them."""
    won = list(dict.fromkeys(each.prize for each in inputs.segments if each.prize))
    brief = ". ".join([inputs.name, *won])[:2000]
    reading = grammar.read(Brief(brief, locale=inputs.locale, name=inputs.name))
    mood = f"{reading.topic}, {reading.tone}: {inputs.name}"
    return Plan(
        brief=brief,
        background_prompt=mood,
        emblem_prompt=mood,
        sound_prompt=f"{reading.tone}, {reading.topic}",
        font_family=grammar.vocabulary()["fonts"][reading.tone],
    )


class GivenCopy(Data):
    """The words that an author gave."""

    headline: str | None = None
    intro: str | None = None
    cta: str | None = None
    win: str | None = None
    lose: str | None = None


class CopyInput(Data):
    """The given words, and what the others are about."""

    given: GivenCopy
    brief: str
    name: str
    locale: str


class Written(Data):
    """All words, the names of those that were generated, and by which model."""

    copy_: Copy = Field(alias="copy")
    generated: list[str]
    model: str | None = None


@skill(
    "campaign.copy",
    input_type=CopyInput,
    output_type=Written,
    version=VERSION,
    max_runtime_seconds=SECONDS,
    prompt=prompts.copy_prompt(Brief("")).version,
)
def write_copy(inputs: CopyInput, context: Context) -> Written:  # noqa: ARG001
    """Take the given words as they are, and have a language model write what is absent."""
    given = inputs.given.model_dump(exclude_none=True)
    for name, text in given.items():
        _require_plain(f"copy.{name}", text, MAX_LENGTHS[name])
    absent = [name for name in MAX_LENGTHS if name not in given]
    model = None
    if absent:
        model, words = _generated(Brief(inputs.brief, locale=inputs.locale, name=inputs.name))
        given |= {name: getattr(words, name) for name in absent}
    return Written(copy_=Copy(**given), generated=absent, model=model)


def _generated(brief: Brief) -> tuple[str, CampaignCopy]:
    """The name of the deployment's language model, and its words. SkillFailed."""
    prompt = prompts.copy_prompt(brief)
    try:
        model = registry.language_model()
        words = structured.complete(model, prompt.messages, CampaignCopy, prompt.max_tokens)
    except ModelFailed as failed:
        raise SkillFailed(failed.code, failed.message, retryable=failed.retryable) from failed
    except Refusal as refused:
        raise SkillFailed(refused.reason.upper(), refused.message) from refused
    return model.name, words.value


def _require_plain(name: str, text: str, max_length: int) -> None:
    """Raise SkillFailed `COPY_REFUSED` for text that is too long, or more than plain text."""
    if not text.strip() or len(text) > max_length:
        raise SkillFailed("COPY_REFUSED", f"{name} must have 1 to {max_length} characters.")
    if not is_plain(text):
        message = f"{name} must be one line of plain text, without markup and addresses."
        raise SkillFailed("COPY_REFUSED", message)


class GivenTheme(Data):
    """The look that an author gave. The logo has a step of its own."""

    primary_color: str
    secondary_color: str | None = None
    font_family: str | None = None
    logo_url: str | None = None


class ThemeInput(Data):
    """The given look, and the font of a campaign that names none."""

    given: GivenTheme
    font_family: str


class Themed(Data):
    """Colours that can be read together, and which of them were corrected."""

    theme: Theme
    corrections: list[Correction]


@skill(
    "campaign.theme",
    input_type=ThemeInput,
    output_type=Themed,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def make_theme(inputs: ThemeInput, context: Context) -> Themed:
    """Complete the given colours. SkillFailed `THEME_CONTRAST` where they cannot be read."""
    given = inputs.given
    theme, corrections = readable_theme(
        Colours(given.primary_color, given.secondary_color), given.font_family or inputs.font_family
    )
    for each in corrections:
        context.log("colour corrected", name=each.name, before=each.before, after=each.after)
    return Themed(theme=theme, corrections=corrections)


class PictureInput(Data):
    """A picture to make."""

    kind: Literal["background", "emblem"]
    prompt: str
    theme: Theme


class Made(Data):
    """What a provider made, and its cost in micro-dollars; null if unknown."""

    provider_id: str
    cost_micros: int | None


@skill(
    "campaign.picture",
    input_type=PictureInput,
    output_type=Made,
    version=VERSION,
    max_runtime_seconds=300,
)
def make_picture(inputs: PictureInput, context: Context) -> Made:
    """Have the background or the emblem made in the campaign's colours."""
    theme = inputs.theme
    colours = (theme.primary_color, theme.secondary_color, theme.background_color, theme.text_color)
    size = {"width": 1440, "height": 900} if inputs.kind == "background" else _EMBLEM_SIZE
    params = {"artwork": inputs.kind, "prompt": inputs.prompt, "palette": list(colours), **size}
    return _made(context, GenerationRequest(slot="picture", params=params))


_EMBLEM_SIZE = {"width": 640, "height": 640}


class SoundInput(Data):
    """A sound to make: by the name of a voice, by a prompt, or by the campaign's own."""

    kind: Literal["spin", "win"]
    given: str | dict[Literal["prompt"], str] | None
    prompt: str


@skill(
    "campaign.sound",
    input_type=SoundInput,
    output_type=Made,
    version=VERSION,
    max_runtime_seconds=300,
)
def make_sound(inputs: SoundInput, context: Context) -> Made:
    """Have the sound of the wheel or of a win made."""
    given = inputs.given
    prompt = given["prompt"] if isinstance(given, dict) else given or inputs.prompt
    request = GenerationRequest(
        slot="sound",
        media_type="audio",
        sound="sound_effect",
        params={"sound": inputs.kind, "prompt": prompt},
    )
    return _made(context, request)


def _made(context: Context, request: GenerationRequest) -> Made:
    generation = context.generate(request)
    return Made(provider_id=generation.provider_id, cost_micros=generation.cost_micros)


class LogoInput(Data):
    """The path or URI of a logo in the workspace's folder."""

    logo_url: str | None


class Logo(Data):
    """Whether the campaign has a logo: the artifact `logo`."""

    has_logo: bool


@skill(
    "campaign.logo",
    input_type=LogoInput,
    output_type=Logo,
    version=VERSION,
    max_runtime_seconds=SECONDS,
)
def fetch_logo(inputs: LogoInput, context: Context) -> Logo:
    """Fetch the logo, if the theme names one, and draw it anew: no file of a tenant's is shown."""
    if inputs.logo_url is None:
        return Logo(has_logo=False)
    try:
        found = context.artifacts.read(inputs.logo_url)
    except SkillFailed as missing:
        if missing.retryable:
            raise
        message = "theme.logoUrl is not in this workspace's folder. Upload it there."
        raise SkillFailed("LOGO_REFUSED", message) from missing
    drawn = _drawn(lambda: processes.logo(found), "LOGO_REFUSED")
    context.artifacts.write("logo", drawn, "image/webp", "logo.webp")
    return Logo(has_logo=True)


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
    version=VERSION,
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
    version=VERSION,
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
    drawn = _drawn(lambda: processes.draw_poster(poster, background, emblem), "PROCESSING_FAILED")
    context.artifacts.write("thumbnail", drawn, "image/webp", "thumbnail.webp")
    return Rendered(size_bytes=len(drawn))


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


def _drawn(draw: Callable[[], T], code: str) -> T:
    try:
        return draw()
    except ImageRefused as refused:
        raise SkillFailed(code, refused.message) from refused


DEFINITIONS.add(Path(__file__).with_name("definition.yaml"))
