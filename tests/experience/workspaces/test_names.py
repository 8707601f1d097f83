"""A name or a title has something to see. What was stored before that was asked stays readable."""

from typing import Any

import pytest
from pydantic import ValidationError

from experience.locales.readable import is_visible
from experience.projects.models import ProjectTranslation
from experience.workspaces.models import ExperienceTranslation, SaveExperience, SaveWorkspace

UNSEEN = ["   ", "\0", "\u202e", "\u200b\u2060 ", "\u3164", "\ufe0f"]
EXPERIENCE = {"workspaceId": "w", "experienceId": "e", "expectedVersion": 1}
WORKSPACE = {"workspaceId": "w", "expectedVersion": 1}


def issues(model: Any, data: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.load(data)
    return [".".join(map(str, each["loc"])) for each in caught.value.errors()]


@pytest.mark.parametrize("name", UNSEEN)
class TestUnseen:
    def test_names_are_refused_by_their_field(self, name: str) -> None:
        assert not any(map(is_visible, name))
        assert issues(SaveExperience, {**EXPERIENCE, "name": name}) == ["name"]
        assert issues(SaveWorkspace, {**WORKSPACE, "name": name}) == ["name"]

    def test_translated_titles_are_refused(self, name: str) -> None:
        draft = {"translations": {"de": {"title": name}}}
        [where] = issues(SaveExperience, {**EXPERIENCE, "draft": draft})
        assert where.endswith("translations.de.title")

    def test_stored_titles_stay_readable(self, name: str) -> None:
        assert ExperienceTranslation.load({"title": name}).title == name
        assert ProjectTranslation.load({"title": name}).title == name


@pytest.mark.parametrize("name", ["A", " Fest ", "\U0001f389", "夏", "\u202eعيد", "42", "&"])
def test_whatever_shows_something_is_taken(name: str) -> None:
    assert SaveExperience.load({**EXPERIENCE, "name": name}).name == name
