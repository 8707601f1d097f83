"""Definitions are checked when they are read: file, line, and what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from experience.workflows.definitions import json_path, selectors
from experience.workflows.definitions.loader import Definitions, InvalidDefinitionError, parse
from experience.workflows.definitions.models import Selector, StepDefinition, Workflow
from experience.workflows.definitions.selectors import Sources, UnresolvedError
from experience.workflows.skills import Context, Data, Registry


class Taken(Data):
    word: str
    more: Any = None


class Given(Data):
    text: str = ""


REGISTRY = Registry()
REGISTRY.value("prompts.intro", {"version": 3, "text": "Draw it."})


@REGISTRY.skill("draw", input_type=Taken, output_type=Given, version="1", max_runtime_seconds=60)
def draw(given: Taken, context: Context) -> Given:
    raise NotImplementedError


GOOD = """\
workflow_name: a.b
version: 1.2.3
steps:
  - step_id: one
    skill_id: draw
    input_selector:
      word: {source: trigger, path: "words[0].text"}
  - step_id: two
    skill_id: draw
    depends_on: [one]
    optional: true
    when: {value: {source: trigger, path: wanted}, equals: true}
    timeout_seconds: 5
    cache_policy: {enabled: true, scope: run_only}
    retry_policy: {max_attempts: 3, backoff_ms: 500}
    input_selector:
      word: {source: registry, key: prompts.intro}
      more:
        merge:
          - {source: base_run, step: one, path: data}
          - {pick: [text], of: {source: step_output, step: one, path: data}}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse(text, "a.yaml", REGISTRY)
    return str(caught.value).splitlines()


class TestGoodOnes:
    def test_all_steps_of_a_run_share_what_was_read(self) -> None:
        pinned = parse(GOOD, "a.yaml", REGISTRY).to_json()
        assert Workflow.from_json(pinned) is Workflow.from_json(pinned)
        assert Workflow.from_json(pinned).to_json() == pinned

    def test_it_is_read_with_its_defaults(self) -> None:
        one, two = parse(GOOD, "a.yaml", REGISTRY).steps
        assert (one.optional, one.retry_policy.max_attempts, one.cache_policy.enabled) == (
            False,
            1,
            False,
        )
        assert two.retry_policy.pause_ms(3) == 2000

    def test_a_run_gets_the_same_out_of_the_text_that_it_keeps(self) -> None:
        workflow = parse(GOOD, "a.yaml", REGISTRY)
        assert Workflow.from_json(workflow.to_json()) == workflow

    def test_registered_values_are_pinned(self) -> None:
        two = parse(GOOD, "a.yaml", REGISTRY).by_id["two"]
        word = two.input_selector["word"]
        assert (word.source, word.value) == ("constants", REGISTRY.values["prompts.intro"])

    def test_a_folder_is_read_and_a_name_is_taken_once(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GOOD)
        definitions = Definitions(REGISTRY)
        definitions.add(tmp_path)
        assert list(definitions.workflows) == ["a.b"]
        definitions.add(tmp_path)
        with pytest.raises(InvalidDefinitionError, match=r"a\.yaml:1: .*a\.b already"):
            definitions.load()

    def test_its_skills_may_come_later_than_itself(self, tmp_path: Path) -> None:
        """Modules with skills are imported in any order."""
        (tmp_path / "a.yaml").write_text(GOOD)
        registry = Registry()
        definitions = Definitions(registry)
        definitions.add(tmp_path)
        with pytest.raises(InvalidDefinitionError, match="there is no skill draw"):
            definitions.load()
        registry.values.update(REGISTRY.values)
        registry.skills.update(REGISTRY.skills)
        assert list(definitions.workflows) == ["a.b"]


# what stands there, what is put in its place, the line and the words of the refusal
BAD = [
    ("version: 1.2.3", "version: 1.2", 2, "version: Input should be a valid string"),
    ("version: 1.2.3", "version: v1.2.3", 2, "version: String should match"),
    ("workflow_name: a.b", "workflow_name: A b", 1, "workflow_name: String should match"),
    ("version: 1.2.3", "version: 1.2.3\ncolour: red", 3, "colour: is not a key"),
    ("    optional: true", "    optionally: true", 11, "optionally: is not a key"),
    ("scope: run_only", "scope: tenant", 14, "cache_policy.scope: Input should be"),
    ("max_attempts: 3", "max_attempts: 11", 15, "max_attempts: Input should be less"),
    ("backoff_ms: 500", "backoff_ms: 50", 15, "backoff_ms: Input should be greater"),
    ("backoff_ms: 500", "pause: 500", 15, "retry_policy.pause: is not a key"),
    ("timeout_seconds: 5", "timeout_seconds: 481", 13, "timeout_seconds: Input should be less"),
    (
        "  - step_id: two\n    skill_id: draw",
        "  - step_id: two\n    skill_id: paint",
        9,
        "there is no skill paint",
    ),
    ("step_id: two", "step_id: one", 8, "there is a step one already"),
    ("step_id: two", "step_id: Two", 8, "step_id: String should match"),
    ("depends_on: [one]", "depends_on: [zero]", 10, "there is no step zero"),
    ("depends_on: [one]", "depends_on: [one, one]", 10, "one is given twice"),
    ("depends_on: [one]", "depends_on: [two]", 10, "is a cycle: two → two"),
    (
        "    skill_id: draw\n    input",
        "    skill_id: draw\n    depends_on: [two]\n    input",
        6,
        "is a cycle: one → two → one",
    ),
    ("    depends_on: [one]\n", "", 17, "does not depend on a step one"),
    ('word: {source: trigger, path: "words[0].text"}', "more: 1", 7, "input_selector.more: Input"),
    ("word: {source: trigger", "words: {source: trigger", 7, "draw takes no words"),
    ("word: {source: trigger", "words: {source: trigger", 6, "draw needs word"),
    ('source: trigger, path: "words', 'source: payload, path: "words', 7, "source: Input should"),
    ('"words[0].text"', '"words[x]"', 7, "is not a path such as data.moods[0]"),
    (
        '{source: trigger, path: "words[0].text"}',
        "{source: trigger, value: 1}",
        7,
        "trigger takes no value",
    ),
    ('{source: trigger, path: "words[0].text"}', "{source: constants}", 7, "constants needs value"),
    ('{source: trigger, path: "words[0].text"}', "{path: words}", 7, "needs exactly one of source"),
    (
        '{source: trigger, path: "words[0].text"}',
        "{source: step_output, path: x}",
        7,
        "step_output needs step",
    ),
    ("key: prompts.intro", "key: prompts.outro", 17, "the registry has no prompts.outro"),
    ("source: base_run, step: one", "source: base_run, step: zero", 18, "there is no step zero"),
    ("pick: [text], of:", "pick: [text], from:", 21, "pick needs of"),
    ("wanted}, equals: true", "wanted}, equals: true, exists: true", 12, "takes one of exists"),
    ("version: 1.2.3", "version: 1.2.3\nversion: 1.2.4", 3, "version: is given twice"),
    ("version: 1.2.3", "version: 2020-01-01", 2, "is a date: put it in quotes"),
    ("depends_on: [one]", "depends_on: [one", 11, "did not find expected ',' or ']'"),
    ("steps:", "\tsteps:", 3, "found a tab"),
    (GOOD[GOOD.index("steps:") :], "steps: []", 3, "steps: List should have at least 1"),
    (GOOD, "", 1, "Input should be a valid"),
    (GOOD, "- a\n- b", 1, "Input should be a valid"),
    (GOOD, "a: 1\n---\nb: 2", 2, "but found another document"),
]


class TestBadOnes:
    @pytest.mark.parametrize(
        ("before", "after", "line", "words"), BAD, ids=[words for *_, words in BAD]
    )
    def test_it_is_refused_with_file_line_and_reason(
        self, before: str, after: str, line: int, words: str
    ) -> None:
        assert before in GOOD
        found = problems(GOOD.replace(before, after, 1))
        named = [each for each in found if words in each]
        assert named, found
        assert any(each.startswith(f"a.yaml:{line}: ") for each in named), named

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        text = GOOD.replace("scope: run_only", "scope: all").replace("max_attempts: 3", "a: 1")
        assert len(problems(text)) == 1  # what cannot be read at all comes first
        text = GOOD.replace("skill_id: draw", "skill_id: paint")
        assert len(problems(text)) == 2


def select(text: dict[str, Any], **known: Any) -> Any:
    sources = Sources(**{"payload": {}, "outputs": {}, **known})
    return selectors.select(Selector.model_validate(text), sources)


class TestSelectors:
    def test_the_payload_is_read_by_paths(self) -> None:
        payload = {"moods": [{"name": "happy"}], "none": None}
        assert select({"source": "trigger", "path": "moods[0].name"}, payload=payload) == "happy"
        assert select({"source": "trigger"}, payload=payload) == payload
        assert select({"source": "trigger", "path": "none"}, payload=payload) is None
        for path in ("moods[1]", "moods.name", "moods[0].name.x", "other"):
            assert select({"source": "trigger", "path": path}, payload=payload) is json_path.MISSING

    def test_a_default_stands_for_what_is_not_there(self) -> None:
        assert select({"source": "trigger", "path": "a", "default": None}) is None
        assert select({"source": "trigger", "path": "a", "default": [1]}) == [1]

    def test_a_step_without_an_output_is_not_there(self) -> None:
        selector = {"source": "step_output", "step": "a", "path": "data.b"}
        assert select(selector, outputs={"a": {"data": {"b": 1}}}) == 1
        assert select(selector) is json_path.MISSING

    def test_the_base_run_is_not_there_in_an_initial_run(self) -> None:
        assert select({"source": "base_run", "path": "payload.a"}) is json_path.MISSING
        known = {"base_payload": {"a": 1}, "base_context": {}, "base_outputs": {"s": {"data": 2}}}
        assert select({"source": "base_run", "path": "payload.a"}, **known) == 1
        assert select({"source": "base_run", "step": "s", "path": "data"}, **known) == 2

    def test_merge_lays_later_ones_on_top_and_leaves_out_what_is_not_there(self) -> None:
        parts = [
            {"source": "constants", "value": {"a": 1, "b": 1}},
            {"source": "trigger", "path": "nothing"},
            {"source": "constants", "value": {"b": 2}},
        ]
        assert select({"merge": parts}) == {"a": 1, "b": 2}
        assert select({"merge": parts[1:2]}) is json_path.MISSING

    def test_pick_takes_keys(self) -> None:
        of = {"source": "constants", "value": {"a": 1, "b": 2}}
        assert select({"pick": ["a", "c"], "of": of}) == {"a": 1}

    @pytest.mark.parametrize("operation", ["merge", "pick"])
    def test_an_operation_on_what_is_no_object_is_refused(self, operation: str) -> None:
        number = {"source": "constants", "value": 1}
        text = {"merge": [number]} if operation == "merge" else {"pick": ["a"], "of": number}
        with pytest.raises(UnresolvedError, match=f"{operation} works on objects, not on int"):
            select(text)

    def test_inputs_of_which_there_is_nothing_are_left_out(self) -> None:
        step = StepDefinition.model_validate(
            {
                "step_id": "a",
                "skill_id": "b",
                "input_selector": {
                    "x": {"source": "trigger", "path": "x"},
                    "y": {"source": "constants", "value": 1},
                },
            }
        )
        assert selectors.resolve(step, Sources({}, {})) == {"y": 1}
