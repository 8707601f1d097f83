"""What an accepted output leaves of a campaign can be built and played."""

from typing import Any

import pytest

from experience.ai_generations.models import (
    AiGeneration,
    CreateAiGeneration,
    config_part,
    plan_name,
    prompt_of,
)
from experience.campaigns.models.config import CampaignConfig
from experience.campaigns.usecases.update import merged
from experience.language_models import structured
from experience.language_models.grammar import vocabulary
from experience.language_models.local import Local
from experience.language_models.prompts import LANGUAGES
from experience.workflows.catalog.campaign_build.theme import Colours, readable_theme

OPENING = {
    "window": {"opensAt": 1, "closesAt": 2},
    "terms": {"version": "1", "url": "https://example.com/terms"},
}


def a_generation(kind: str, **params: Any) -> AiGeneration:
    asked = {"workspaceId": "w", "generationType": kind, "params": params}
    prompt = prompt_of(CreateAiGeneration.load(asked), None)
    made = structured.complete(Local(), prompt.messages, prompt.schema, prompt.max_tokens)
    fields = {
        "id": "g", "tenantId": "w", "userId": "u", "generationType": kind, "status": "completed",
        "inputParams": {**params, "locale": prompt.brief.locale}, "promptVersion": prompt.version,
        "output": made.value.model_dump(mode="json", by_alias=True), "createdAt": 1, "updatedAt": 1,
    }  # fmt: skip
    return AiGeneration.load(fields)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_plan_lacks_nothing_but_its_window_and_terms(locale: str) -> None:
    for topic, keywords in vocabulary()["topics"].items():
        generation = a_generation("plan", brief=f"{topic}: {keywords[-1]}", locale=locale)
        config = merged(CampaignConfig(), config_part(generation))
        assert [path for path, _ in config.missing()] == ["config.game.window", "config.game.terms"]
        opened = merged(config, {"game": OPENING})
        assert opened.missing() == []
        assert (opened.locale, len(opened.game.segments) >= 6) == (locale, True)
        assert 0 < len(plan_name(generation)) <= 100

        theme = config.theme
        assert theme.primary_color
        made, corrections = readable_theme(
            Colours(theme.primary_color, theme.secondary_color), str(theme.font_family)
        )
        assert corrections == []
        assert made.primary_color == theme.primary_color


def test_copy_and_theme_leave_the_rest_as_it_is() -> None:
    before = merged(CampaignConfig(), {"game": OPENING, "theme": {"logoUrl": "workspaces/w/a.png"}})
    written = merged(before, config_part(a_generation("copy", brief="Strand", locale="de-AT")))
    assert written.copy_.headline
    assert (written.locale, written.theme, written.game) == ("de", before.theme, before.game)
    themed = merged(written, config_part(a_generation("theme_brief", brief="Strand")))
    assert themed.theme.primary_color
    assert themed.theme.logo_url == "workspaces/w/a.png"
    assert (themed.copy_, themed.locale) == (written.copy_, "de")
