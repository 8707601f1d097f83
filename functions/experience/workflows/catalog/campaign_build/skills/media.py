"""Pictures, sounds and the logo of a campaign."""

from collections.abc import Callable
from typing import Literal

from experience.imaging import processes
from experience.imaging.models import ImageRefused
from experience.workflows.catalog.campaign_build.manifest import Theme
from experience.workflows.skills import Context, Data, GenerationRequest, SkillFailed, skill

VERSION = "1"
SECONDS = 120


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
    logo = drawn(lambda: processes.logo(found), "LOGO_REFUSED")
    context.artifacts.write("logo", logo, "image/webp", "logo.webp")
    return Logo(has_logo=True)


def drawn(draw: Callable[[], bytes], code: str) -> bytes:
    """What is drawn, or SkillFailed with this code for an image that the imaging refuses."""
    try:
        return draw()
    except ImageRefused as refused:
        raise SkillFailed(code, refused.message) from refused
