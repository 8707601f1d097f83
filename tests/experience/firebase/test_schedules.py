"""What becomes of a scheduled function that fails."""

import json

import flask
import pytest

from experience.firebase.schedules import schedule


@schedule(every="5 minutes")
def sweep_in_vain() -> None:
    """Fails each time."""
    raise ValueError("nothing to sweep with")


class TestSchedule:
    def test_a_failure_is_logged_with_its_traceback_and_answered_as_one(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with flask.Flask("test").test_request_context(method="POST"):
            answer = sweep_in_vain(flask.request)
        assert answer.status_code == 500
        [line] = [
            json.loads(line)
            for line in capsys.readouterr().err.splitlines()
            if '"schedule failed"' in line
        ]
        assert (line["severity"], line["function"]) == ("ERROR", "sweepInVain")
        assert "nothing to sweep with" in line["stack_trace"]

    def test_it_is_deployed_under_its_name_and_runs_one_at_a_time(self) -> None:
        endpoint = sweep_in_vain.__firebase_endpoint__
        assert endpoint.entryPoint == "sweepInVain"
        assert endpoint.scheduleTrigger["schedule"] == "every 5 minutes"
        assert endpoint.maxInstances == 1
