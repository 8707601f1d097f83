"""The reference pages say what the models declare and what the functions return."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import main
from emulator.suite.suite import Suite
from tools.contract import diagrams, reference_pages
from tools.contract.declarations import DeclaredCallable, callables
from tools.contract.examples import record

STALE = "is not current: run `make reference`, and review what changed"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """The run that is committed."""
    found: dict[str, Any] = json.loads(reference_pages.EXAMPLES.read_text())
    return found


class TestRecordedRun:
    @pytest.mark.exhaustive
    def test_the_functions_still_behave_like_it(
        self, suite: Suite, recorded: dict[str, Any]
    ) -> None:
        assert record(suite) == recorded, f"{reference_pages.EXAMPLES.name} {STALE}"

    @pytest.mark.parametrize("function", callables(), ids=lambda each: each.name)
    def test_every_callable_has_an_example_that_fits_its_declaration(
        self, function: DeclaredCallable, recorded: dict[str, Any]
    ) -> None:
        assert function.name in recorded["calls"], "add a call to contract/visit_examples.py"
        example = recorded["calls"][function.name]
        function.request.model_validate(example["request"])
        response = function.response.model_validate(example["response"])
        assert response.shown() == example["response"]

    def test_every_bad_input_was_refused_as_its_callable_declares(
        self, recorded: dict[str, Any]
    ) -> None:
        declared = {each.name: each.declaration for each in callables()}
        for case in recorded["badInput"]:
            shared = case["details"]["reason"] in ("malformed_request", "unauthenticated")
            words = {reason.word for reason in declared[case["call"]].refuses}
            assert case["details"]["reason"] in words | {"invalid_request"} or shared, case


class TestPages:
    def test_are_what_the_models_and_the_run_generate(self, recorded: dict[str, Any]) -> None:
        pages = reference_pages.pages(recorded)
        committed = {
            str(path.relative_to(reference_pages.FOLDER)): path.read_text()
            for path in reference_pages.FOLDER.rglob("*")
            if path.is_file() and path != reference_pages.EXAMPLES
        }
        stale = [name for name in pages if committed.get(name) != pages[name]]
        assert not stale, f"{', '.join(stale)} {STALE}"
        assert committed.keys() == pages.keys()

    def test_writing_them_again_changes_nothing(
        self, recorded: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "reference"
        monkeypatch.setattr(reference_pages, "FOLDER", folder)
        monkeypatch.setattr(reference_pages, "EXAMPLES", folder / "examples.json")
        for _ in range(2):
            reference_pages.write(recorded)
        assert json.loads((folder / "examples.json").read_text()) == recorded
        assert (folder / "phases.md").exists()


class TestSequenceDiagrams:
    def test_name_only_deployed_functions(self, recorded: dict[str, Any]) -> None:
        named = {*diagrams.WRITES, *diagrams.OBJECTS, *diagrams.TRIGGERS, *diagrams.TASKS}
        for step in calls(recorded):
            named |= {step["call"], *step.get("wrote", ()), *step.get("objects", ())}
        assert named <= {name for names in main.DEPLOYED.values() for name in names}

    def test_show_every_phase(self, recorded: dict[str, Any]) -> None:
        phases = list(dict.fromkeys(step["phase"] for step in recorded["visit"]))
        assert phases == list(diagrams.TITLES) == ["pregate", "main", "preshare", "share"]

    def test_show_every_function_that_wrote(self, recorded: dict[str, Any]) -> None:
        for step in calls(recorded):
            shown = diagrams.sequence(step["phase"], [step])
            assert all(function in shown for function in step.get("wrote", ())), step

    def test_say_of_each_call_which_documents_changed(self, recorded: dict[str, Any]) -> None:
        for step in calls(recorded):
            written = {name for each in step.get("wrote", ()) for name in diagrams.WRITES[each]}
            assert written == set(step.get("changed", ())), step

    def test_describe_no_function_that_wrote_nothing(self, recorded: dict[str, Any]) -> None:
        for kind, described in (("wrote", diagrams.WRITES), ("objects", diagrams.OBJECTS)):
            assert {each for step in calls(recorded) for each in step.get(kind, ())} == set(
                described
            )

    def test_have_messages_that_mermaid_can_read(self, recorded: dict[str, Any]) -> None:
        name = "|".join(diagrams.PARTICIPANTS)
        message = re.compile(rf"    ({name})(->>|-->>|-\)|--\))({name}): [^;#%]+")
        for phase in diagrams.TITLES:
            header, *lines = diagrams.sequence(phase, recorded["visit"]).splitlines()
            assert header == "sequenceDiagram"
            messages = lines[len(diagrams.PARTICIPANTS) :]
            assert messages
            assert [line for line in messages if not message.fullmatch(line)] == []

    @pytest.mark.parametrize("text", ["one; two", "step #1", "the end"])
    def test_a_text_that_mermaid_would_misread_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Mermaid cannot show"):
            diagrams.message("page", "->>", "callables", text)


def calls(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of the visit that are calls."""
    return (step for step in recorded["visit"] if "call" in step)
