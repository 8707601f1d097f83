"""The reference pages are what the models say and what the functions answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import main
from emulator.suite.suite import Suite
from tools.contract import reference, sequences
from tools.contract.catalogue import Callable, callables
from tools.contract.drawing import Arrow, Picture, draw
from tools.contract.run import record

STALE = "is not current: run `make reference`, and look at what changed"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """The run that is committed."""
    found: dict[str, Any] = json.loads(reference.EXAMPLES.read_text())
    return found


class TestTheRun:
    def test_the_functions_still_answer_so(self, suite: Suite, recorded: dict[str, Any]) -> None:
        assert record(suite) == recorded, f"{reference.EXAMPLES.name} {STALE}"

    @pytest.mark.parametrize("function", callables(), ids=lambda each: each.name)
    def test_every_callable_was_asked_and_answered_as_it_declares(
        self, function: Callable, recorded: dict[str, Any]
    ) -> None:
        assert function.name in recorded["calls"], "add it to contract/visit.py"
        made = recorded["calls"][function.name]
        function.request.model_validate(made["request"])
        assert function.answer.model_validate(made["answer"]).shown() == made["answer"]

    def test_every_mistake_was_refused_as_its_callable_declares(
        self, recorded: dict[str, Any]
    ) -> None:
        declared = {each.name: each.declaration for each in callables()}
        for made in recorded["mistakes"]:
            shared = made["details"]["reason"] in ("malformed_request", "unauthenticated")
            words = {reason.word for reason in declared[made["call"]].refuses}
            assert made["details"]["reason"] in words | {"invalid_request"} or shared, made


class TestThePages:
    def test_are_what_the_models_and_the_run_make_of_them(self, recorded: dict[str, Any]) -> None:
        pages = reference.pages(recorded)
        committed = {
            str(path.relative_to(reference.FOLDER)): path.read_text()
            for path in reference.FOLDER.rglob("*")
            if path.is_file() and path != reference.EXAMPLES
        }
        stale = [name for name in pages if committed.get(name) != pages[name]]
        assert not stale, f"{', '.join(stale)} {STALE}"
        assert committed.keys() == pages.keys()

    def test_writing_them_again_changes_nothing(
        self, recorded: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "reference"
        monkeypatch.setattr(reference, "FOLDER", folder)
        monkeypatch.setattr(reference, "EXAMPLES", folder / "examples.json")
        monkeypatch.setattr(sequences, "FOLDER", folder / "pictures")
        for _ in range(2):
            reference.write(recorded)
        assert json.loads((folder / "examples.json").read_text()) == recorded
        assert (folder / "pictures" / "main.svg").exists()


class TestThePictures:
    def test_name_only_what_is_deployed(self) -> None:
        deployed = set(main.__all__)
        for picture in sequences.PICTURES:
            for arrow in picture.arrows:
                named = set(re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", arrow.label))
                if arrow.kind in ("call", "event"):
                    fields = {"consentVersion", "mainSessionId"}
                    assert named - fields <= deployed, arrow

    def test_show_every_phase(self) -> None:
        names = [picture.name for picture in sequences.PICTURES]
        assert names == ["pregate", "main", "preshare", "share"]

    def test_a_label_that_does_not_fit_is_refused(self) -> None:
        picture = Picture(
            "p", "P", [Arrow("call", "a", "b", "a label that is far too long for its arrow")]
        )
        with pytest.raises(ValueError, match="too long"):
            draw(picture, ["a", "b"])
