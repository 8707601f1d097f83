"""The rules of welcome → pregate → main → preshare → share."""

from typing import Any

import pytest

from experience.guests.models import CompletedExperience, Guest
from experience.projects.models import ExperiencesConfig
from experience.sessions.models.phases import after_main, before_main
from tests.support.builders.projects import a_config

MAIN, OTHER, PREGATE, PRESHARE = "main", "other", "pregate", "preshare"
PLAYABLE = {MAIN, OTHER, PREGATE, PRESHARE}


def experiences(disabled: tuple[str, ...] = (), **references: Any) -> ExperiencesConfig:
    made = {"main": [MAIN, OTHER], "pregate": PREGATE, "preshare": PRESHARE} | references
    return ExperiencesConfig.load(a_config(disabled=disabled, **made)["experiences"])


def guest(*completed: str) -> Guest:
    entries = [
        CompletedExperience(experience_id=each, completed_at=number, session_id=f"s{number}")
        for number, each in enumerate(completed)
    ]
    return Guest(id="g", project_id="p", auth_uid="g", created_at=0, completed_experiences=entries)


class TestBeforeMain:
    def ask(self, visitor: Guest, chosen: str | None = MAIN, **config: Any) -> tuple[Any, ...]:
        playable = config.pop("playable", PLAYABLE)
        answer = before_main(visitor, experiences(**config), chosen, playable, replace=False)
        return answer.phase, answer.experience_id, answer.params

    def test_a_needed_pregate_keeps_the_choice(self) -> None:
        assert self.ask(guest()) == ("pregate", PREGATE, {"experience": MAIN})

    def test_a_completed_pregate_is_named_to_main(self) -> None:
        assert self.ask(guest(PREGATE)) == ("main", MAIN, {"pregate": "s0"})

    def test_of_several_completions_the_newest_is_named(self) -> None:
        assert self.ask(guest(PREGATE, MAIN, PREGATE)) == ("main", MAIN, {"pregate": "s2"})

    def test_an_earlier_pregate_experience_does_not_count(self) -> None:
        visitor = guest("pregate-of-yesterday")

        assert self.ask(visitor) == ("pregate", PREGATE, {"experience": MAIN})

    @pytest.mark.parametrize("config", [{"pregate": None}, {"disabled": (PREGATE,)}])
    def test_without_an_enabled_pregate_main_comes_at_once(self, config: dict[str, Any]) -> None:
        assert self.ask(guest(), **config) == ("main", MAIN, {})

    def test_an_unplayable_pregate_is_passed_over(self) -> None:
        assert self.ask(guest(), playable={MAIN}) == ("main", MAIN, {})

    @pytest.mark.parametrize(
        ("chosen", "config"),
        [
            (None, {}),
            ("unknown", {}),
            (PREGATE, {}),
            (PRESHARE, {}),
            (MAIN, {"disabled": (MAIN,)}),
            (MAIN, {"playable": {PREGATE}}),
            (MAIN, {"main": []}),
        ],
    )
    def test_a_choice_that_leads_nowhere_leads_to_the_welcome(
        self, chosen: str | None, config: dict[str, Any]
    ) -> None:
        assert self.ask(guest(), chosen, **config) == ("welcome", None, {})

    @pytest.mark.parametrize("replace", [True, False])
    @pytest.mark.parametrize(
        ("visitor", "chosen"), [(guest(), MAIN), (guest(PREGATE), MAIN), (guest(), None)]
    )
    def test_the_page_is_replaced_by_every_move_but_the_one_from_the_welcome(
        self, visitor: Guest, chosen: str | None, replace: bool
    ) -> None:
        answer = before_main(visitor, experiences(), chosen, PLAYABLE, replace=replace)

        assert answer.replace is replace


class TestAfterMain:
    def ask(self, visitor: Guest, **config: Any) -> tuple[Any, ...]:
        playable = config.pop("playable", PLAYABLE)
        answer = after_main(visitor, experiences(**config), "s-main", playable)
        assert answer.replace is True
        return answer.phase, answer.experience_id, answer.params

    def test_a_needed_preshare_comes_next(self) -> None:
        assert self.ask(guest(MAIN)) == ("preshare", PRESHARE, {"session": "s-main"})

    @pytest.mark.parametrize(
        "config",
        [{"preshare": None}, {"disabled": (PRESHARE,)}, {"playable": set()}],
        ids=["none", "disabled", "unplayable"],
    )
    def test_without_a_preshare_to_play_the_share_page_comes(self, config: dict[str, Any]) -> None:
        assert self.ask(guest(MAIN), **config) == ("share", None, {"session": "s-main"})

    def test_a_completed_preshare_is_not_asked_again(self) -> None:
        assert self.ask(guest(MAIN, PRESHARE)) == ("share", None, {"session": "s-main"})

    def test_an_earlier_preshare_experience_does_not_count(self) -> None:
        assert self.ask(guest(MAIN, "preshare-of-yesterday"))[0] == "preshare"


class TestOnlyMain:
    @pytest.mark.parametrize(
        ("config", "only"),
        [
            ({"main": [MAIN]}, MAIN),
            ({"disabled": (OTHER,)}, MAIN),
            ({}, None),
            ({"main": []}, None),
            ({"disabled": (MAIN, OTHER)}, None),
        ],
    )
    def test_it_is_the_one_that_is_enabled(self, config: dict[str, Any], only: str | None) -> None:
        assert experiences(**config).only_main == only
