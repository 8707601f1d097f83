"""What an instance is sent is what it can work on."""

from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

from tests.repository.architecture import ROOT

SNAPSHOT = Path(__file__).parents[1] / "repository" / "snapshots" / "functions.yaml"


def endpoints() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SNAPSHOT.read_text())["endpoints"]
    return found


class TestCapacity:
    def test_there_is_a_thread_for_each_call_that_an_instance_is_sent(self) -> None:
        threads = int(dotenv_values(ROOT / "functions" / ".env")["THREADS"] or 0)
        for endpoint in endpoints().values():
            if "callableTrigger" in endpoint or "eventTrigger" in endpoint:
                assert endpoint["concurrency"] <= threads

    def test_a_transform_has_its_instance_to_itself(self) -> None:
        assert endpoints()["runTransform"]["concurrency"] == 1

    def test_every_function_has_a_bound_on_its_instances(self) -> None:
        assert all(e["maxInstances"] for e in endpoints().values())

    def test_events_are_retried(self) -> None:
        triggers = [e["eventTrigger"] for e in endpoints().values() if "eventTrigger" in e]
        assert triggers
        assert all(trigger["retry"] for trigger in triggers)
