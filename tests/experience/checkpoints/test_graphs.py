"""Graphs of LangGraph on the saver: delta channels, interruptions, deaths, and bytes that grow."""

import asyncio
import operator
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

import pytest
from google.cloud.firestore import Client
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from experience.checkpoints import FirestoreSaver
from experience.ids import new_id
from tests.support.builders.checkpoints import (
    KilledError,
    a_config,
    counting_bytes,
    killed_at,
)


def extend(state: list[Any], writes: Sequence[Any]) -> list[Any]:
    return [*state, *(item for each in writes for item in each)]


class Counting(TypedDict):
    left: int
    constant: str
    log: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=4)]


class Growing(TypedDict):
    """The same, stored by its deltas alone."""

    left: int
    constant: str
    log: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=10_000)]


class Talking(TypedDict):
    said: Annotated[list[str], operator.add]
    log: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=3)]


def counting(saver: Any, state: type = Counting) -> Any:
    """A graph that goes round until nothing is left, and notes each round in a delta channel."""

    def work(state: Any) -> dict[str, Any]:
        return {"left": state["left"] - 1, "log": [f"round {state['left']:05}"]}

    graph: Any = StateGraph(state)
    graph.add_node("work", work)
    graph.add_edge(START, "work")
    graph.add_conditional_edges("work", lambda state: "work" if state["left"] > 0 else END)
    return graph.compile(checkpointer=saver)


def talking(saver: Any) -> Any:
    """Two agents at once, then a question to a person, then a third agent."""

    def agent(name: str) -> Any:
        return lambda _: {"said": [name], "log": [f"{name} spoke"]}

    def ask(_state: Talking) -> dict[str, Any]:
        answer = interrupt("Which one?")
        return {"said": [f"a person: {answer}"], "log": ["asked"]}

    graph: Any = StateGraph(Talking)
    for name in ("writer", "critic"):
        graph.add_node(name, agent(name))
        graph.add_edge(START, name)
        graph.add_edge(name, "ask")
    graph.add_node("ask", ask)
    graph.add_node("editor", agent("editor"))
    graph.add_edge("ask", "editor")
    return graph.compile(checkpointer=saver)


def in_memory() -> InMemorySaver:
    return InMemorySaver()


class TestDeltaChannels:
    def test_have_the_history_that_langgraph_s_own_saver_has(self, saver: FirestoreSaver) -> None:
        config: Any = {"recursion_limit": 100, **a_config("t")}
        histories = []
        for each in (saver, in_memory()):
            graph = counting(each)
            graph.invoke({"left": 6, "constant": "c", "log": ["begun"]}, config)
            found = [
                each.get_delta_channel_history(config=found.config, channels=["log", "left", "no"])
                for found in each.list(a_config("t"))
            ]
            histories.append(_without_tasks(found))
            state = graph.get_state(config).values
            assert len(state["log"]) == 7
        assert len(histories[0]) == 8
        assert histories[0] == histories[1]
        assert saver.get_delta_channel_history(config=a_config("t"), channels=[]) == {}
        awaited = saver.aget_delta_channel_history(config=a_config("nobody's"), channels=["log"])
        assert asyncio.run(awaited) == {"log": {"writes": []}}

    @pytest.mark.parametrize(
        "left", [5, *(pytest.param(n, marks=pytest.mark.exhaustive) for n in (1, 2, 3, 4, 8, 35))]
    )
    def test_are_whole_after_pruning_copying_and_deleting_runs(
        self, saver: FirestoreSaver, left: int
    ) -> None:
        def state(thread_id: str) -> Any:
            return counting(saver).get_state(a_config(thread_id)).values

        config: Any = {"recursion_limit": 100, "metadata": {"run_id": "r1"}, **a_config("t")}
        counting(saver).invoke({"left": left, "constant": "c", "log": ["begun"]}, config)
        later: Any = {**config, "metadata": {"run_id": "r2"}}
        counting(saver).invoke({"left": 1, "log": ["again"]}, later)
        expected = state("t")
        assert len(expected["log"]) == left + 3
        saver.copy_thread("t", "copy")
        assert state("copy") == expected
        saver.delete_for_runs(["r1"])
        assert {each.metadata.get("run_id") for each in saver.list(a_config("t"))} == {"r2"}
        assert state("t") == expected
        for _ in range(2):
            saver.prune(["t", "copy"])
            assert [len(list(saver.list(a_config(each)))) for each in ("t", "copy")] == [1, 1]
            assert state("t") == state("copy") == expected
        saver.copy_thread("t", "third")
        assert state("third") == expected
        counting(saver).invoke({"left": 2, "log": ["more"]}, config | a_config("third"))
        assert state("third")["log"][: left + 3] == expected["log"]
        assert len(state("third")["log"]) == left + 6


def _without_tasks(histories: list[Any]) -> list[Any]:
    """Tasks have ids that hold the checkpoint's, which are made of the time."""
    return [
        {
            channel: {**entry, "writes": [write[1:] for write in entry["writes"]]}
            for channel, entry in history.items()
        }
        for history in histories
    ]


class TestInterruptions:
    def test_a_graph_that_was_interrupted_resumes_with_another_saver(self, db: Client) -> None:
        workspace_id = new_id()

        def graph() -> Any:
            return talking(FirestoreSaver.for_workspace(db, workspace_id))

        config = a_config("t")
        asked = graph().invoke({"said": ["begin"], "log": []}, config)
        [question] = asked["__interrupt__"]
        assert question.value == "Which one?"
        assert graph().get_state(config).next == ("ask",)
        done = asyncio.run(graph().ainvoke(Command(resume="both"), config))
        said = ["begin", "writer", "critic", "a person: both", "editor"]
        assert sorted(done["said"][1:3]) == ["critic", "writer"]
        assert done["said"][3:] == said[3:]
        assert len(done["log"]) == 4
        assert graph().get_state(config).values == done

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_a_process_that_dies_at_any_commit_comes_to_the_same_end(
        self, db: Client, after: bool
    ) -> None:
        expected = _through(talking(in_memory()), a_config("t"))
        number, died = 0, 0
        while number == died:
            workspace_id, config = new_id(), a_config("t")
            with killed_at(number, after=after):
                try:
                    _through(talking(FirestoreSaver.for_workspace(db, workspace_id)), config)
                except KilledError:
                    died += 1
            again = FirestoreSaver.for_workspace(db, workspace_id)
            for found in again.list(config):  # each one is whole
                assert again.get_tuple(found.config) == found
            assert _through(talking(again), config) == expected
            number += 1
        assert died > 10


def _through(graph: Any, config: Any) -> Any:
    """Take the graph from where it stands to its end; what it comes to."""
    for _ in range(5):
        state = graph.get_state(config)
        if state.created_at is None:
            graph.invoke({"said": ["begin"], "log": []}, config)
        elif state.interrupts:
            graph.invoke(Command(resume="both"), config)
        elif state.tasks:
            graph.invoke(None, config)
        else:
            return {name: sorted(each) for name, each in state.values.items()}
    raise AssertionError("it comes to no end")


class TestGrowth:
    """What a step stores is what it changes, and what every checkpoint has."""

    @staticmethod
    def measure(db: Client, steps: int, constant: str) -> int:
        """How many bytes a run of so many rounds stores, beyond its first step."""
        saver = FirestoreSaver.for_workspace(db, new_id())
        config: Any = {"recursion_limit": steps + 10, **a_config("t")}
        with counting_bytes() as sizes:
            graph = counting(saver, Growing)
            graph.invoke({"left": steps, "constant": constant, "log": []}, config)
        found = saver.get_tuple(a_config("t"))
        assert found is not None
        assert found.checkpoint["channel_values"]["constant"] == constant
        assert len(graph.get_state(config).values["log"]) == steps
        return sum(sizes)

    def test_an_unchanged_channel_is_stored_once(self, db: Client) -> None:
        few, many = (self.measure(db, steps, "x" * 100_000) for steps in (3, 13))
        # The input is a write too, and a value of its channel, then the channel's own.
        assert 200_000 < few < 420_000
        assert many - few < 10 * 5_000

    @pytest.mark.exhaustive
    def test_a_thousand_steps_store_as_many_bytes_as_they_change(self, db: Client) -> None:
        sizes = {steps: self.measure(db, steps, "x" * 100_000) for steps in (100, 500, 1000)}
        per_step = [(sizes[500] - sizes[100]) / 400, (sizes[1000] - sizes[500]) / 500]
        assert per_step[1] < 1.05 * per_step[0]
        assert per_step[0] < 10_000
