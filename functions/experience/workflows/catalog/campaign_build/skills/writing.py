"""Plan, words and colours of a campaign."""

from pydantic import Field

from experience.errors import Contention, Refusal
from experience.language_models import grammar, prompts, structured
from experience.language_models.models import ModelFailed
from experience.language_models.outputs import CampaignCopy, is_plain
from experience.language_models.prompts import Brief
from experience.workflows.catalog.campaign_build.manifest import Copy, Segment, Theme
from experience.workflows.catalog.campaign_build.theme import Colours, Correction, readable_theme
from experience.workflows.skills import Context, Data, SkillFailed, skill

VERSION = "1"
SECONDS = 120
MODEL_SECONDS = 240
"""Three calls of a language model, of a minute each."""

MAX_LENGTHS = {"headline": 100, "intro": 500, "cta": 40, "win": 500, "lose": 500}
"""Of the words that an author may give. Those of a model are shorter."""


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
    max_runtime_seconds=MODEL_SECONDS,
    prompt=prompts.copy_prompt(Brief("")).version,
)
def write_copy(inputs: CopyInput, context: Context) -> Written:
    """Take the given words as they are, and have a language model write what is absent."""
    given = inputs.given.model_dump(exclude_none=True)
    for name, text in given.items():
        _require_plain(f"copy.{name}", text, MAX_LENGTHS[name])
    absent = [name for name in MAX_LENGTHS if name not in given]
    model = None
    if absent:
        brief = Brief(inputs.brief, locale=inputs.locale, name=inputs.name)
        model, words = _generated(brief, context)
        given |= {name: getattr(words, name) for name in absent}
    return Written(copy_=Copy(**given), generated=absent, model=model)


def _generated(brief: Brief, context: Context) -> tuple[str, CampaignCopy]:
    """The name of the deployment's language model, and its words. SkillFailed."""
    prompt = prompts.copy_prompt(brief)
    try:
        model = context.language_model()
        words = structured.complete(model, prompt.messages, CampaignCopy, prompt.max_tokens)
    except ModelFailed as failed:
        raise SkillFailed(failed.code, failed.message, retryable=failed.retryable) from failed
    except Refusal as refused:
        retryable = isinstance(refused, Contention)
        raise SkillFailed(refused.reason.upper(), refused.message, retryable=retryable) from refused
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
