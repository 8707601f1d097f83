"""What a campaign is built from and played by: `campaigns/{c}.config`."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from experience.campaigns.models.game import AuthoredGame, Game, issues_of
from experience.documents import Document
from experience.language_models.outputs import is_plain

MAX_CONFIG_BYTES = 200_000
"""The public twin has a part of it too, and Firestore takes a MiB for each document."""
LOCALES = ("en", "de", "es", "fr", "ar")
FONTS = ("system", "serif", "rounded", "mono")
SOUND_NAMES = {"spin": ("ticks", "rattle", "drumroll"), "win": ("fanfare", "chimes", "sparkle")}

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def _plain(text: str) -> str:
    if not text.strip() or not is_plain(text):
        raise ValueError("must be one line of plain text, without markup and addresses")
    return text


Plain = AfterValidator(_plain)
Prompt = Annotated[str, Field(min_length=1, max_length=500)]


class Theme(Document):
    """How a campaign looks. `logo_url`: an object of the workspace's folder, by path or uri."""

    primary_color: str | None = None
    secondary_color: str | None = None
    font_family: str | None = None
    logo_url: str | None = None


class Copy(Document):
    """The words of a campaign; what is absent is generated."""

    headline: str | None = None
    intro: str | None = None
    cta: str | None = None
    win: str | None = None
    lose: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to generate."""
        return None not in (self.headline, self.intro, self.cta, self.win, self.lose)


class SoundPrompt(Document):
    """A sound by its description."""

    prompt: str


class Sounds(Document):
    """What the wheel sounds like: a name of the library, or a description; None for the usual."""

    spin: str | SoundPrompt | None = None
    win: str | SoundPrompt | None = None


class CampaignConfig(Document):
    """All that an author decides. A draft may have it incomplete: `missing`."""

    theme: Theme = Theme()
    copy_: Copy = Field(default=Copy(), alias="copy")
    sounds: Sounds = Sounds()
    locale: str = "en"
    game: Game = Game()

    def missing(self) -> list[tuple[str, str]]:
        """Why it cannot be built and played: each field, and what it lacks."""
        issues = [] if self.theme.primary_color else [("config.theme.primaryColor", "is required")]
        return [*issues, *((f"config.game.{path}", what) for path, what in issues_of(self.game))]

    def built(self) -> dict[str, Any]:
        """What a build is made from: without what counts at once in play."""
        shown = self.shown()
        return {name: shown[name] for name in ("theme", "copy", "sounds", "locale")}


class AuthoredTheme(Theme):
    """A theme as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    primary_color: Color | None = None
    secondary_color: Color | None = None
    font_family: Annotated[str, Field(pattern=f"^({'|'.join(FONTS)})$")] | None = None
    logo_url: str | None = Field(default=None, min_length=1, max_length=1000)


class AuthoredCopy(Copy):
    """Copy as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    headline: Annotated[str, Field(min_length=1, max_length=100), Plain] | None = None
    intro: Annotated[str, Field(min_length=1, max_length=500), Plain] | None = None
    cta: Annotated[str, Field(min_length=1, max_length=40), Plain] | None = None
    win: Annotated[str, Field(min_length=1, max_length=500), Plain] | None = None
    lose: Annotated[str, Field(min_length=1, max_length=500), Plain] | None = None


class AuthoredSoundPrompt(SoundPrompt):
    """A description of a sound as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    prompt: Prompt


class AuthoredSounds(Sounds):
    """Sounds as an author sends them."""

    model_config = ConfigDict(extra="forbid")

    spin: (
        Annotated[str, Field(pattern=f"^({'|'.join(SOUND_NAMES['spin'])})$")]
        | AuthoredSoundPrompt
        | None
    ) = None
    win: (
        Annotated[str, Field(pattern=f"^({'|'.join(SOUND_NAMES['win'])})$")]
        | AuthoredSoundPrompt
        | None
    ) = None


class AuthoredCampaignConfig(CampaignConfig):
    """A config as an author sends it, complete or not."""

    model_config = ConfigDict(extra="forbid")

    theme: AuthoredTheme = AuthoredTheme()
    copy_: AuthoredCopy = Field(default=AuthoredCopy(), alias="copy")
    sounds: AuthoredSounds = AuthoredSounds()
    locale: Annotated[str, Field(pattern=f"^({'|'.join(LOCALES)})$")] = "en"
    game: AuthoredGame = AuthoredGame()
