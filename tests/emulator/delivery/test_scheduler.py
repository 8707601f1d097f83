"""Scheduled functions, on demand and by the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.delivery.scheduler import Scheduler, next_run
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.process.errors import SuiteError
from tests.support.sample_functions import Record

AFTER = datetime(2024, 5, 1, 10, 7, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def scheduler(supervisor: FunctionsSupervisor) -> Iterator[Scheduler]:
    scheduler = Scheduler(supervisor)
    yield scheduler
    scheduler.close()


class TestRun:
    def test_runs_the_function_as_the_cloud_would(
        self, scheduler: Scheduler, record: Record
    ) -> None:
        assert scheduler.names == ["tick"]
        assert scheduler.run("tick") == 200
        assert record.of("tick")[0]["job"] == "firebase-schedule-tick-us-central1"

    def test_an_unknown_one_is_refused_with_the_known_ones(self, scheduler: Scheduler) -> None:
        with pytest.raises(SuiteError, match="no schedule nope; there are: tick"):
            scheduler.run("nope")


class TestClock:
    def test_runs_what_is_due(
        self, scheduler: Scheduler, record: Record, supervisor: FunctionsSupervisor
    ) -> None:
        supervisor.endpoints("scheduleTrigger")["tick"]["schedule"] = "* * * * * *"  # every second
        scheduler.start_clock()
        record.wait_for("tick")
        supervisor.endpoints("scheduleTrigger")["tick"]["schedule"] = "every day 03:00"
        assert record.of("tick")[0]["job"] == "firebase-schedule-tick-us-central1"

    @pytest.mark.parametrize(
        ("schedule", "due"),
        [
            ("every 5 minutes", "2024-05-01T10:12:30"),
            ("every 1 minutes", "2024-05-01T10:08:30"),
            ("every 24 hours", "2024-05-02T10:07:30"),
            ("*/15 * * * *", "2024-05-01T10:15:00"),
            ("every day 03:00", "2024-05-02T03:00:00"),
            ("Every monday,fri 09:30", "2024-05-03T09:30:00"),
        ],
    )
    def test_understands_cron_and_app_engine(self, schedule: str, due: str) -> None:
        trigger = {"schedule": schedule}
        assert next_run(trigger, AFTER) == datetime.fromisoformat(due).replace(tzinfo=UTC)

    def test_keeps_to_the_time_zone(self) -> None:
        trigger = {"schedule": "every day 03:00", "timeZone": "Europe/Berlin"}
        assert next_run(trigger, AFTER) == datetime(2024, 5, 2, 1, tzinfo=UTC)

    @pytest.mark.parametrize("schedule", ["sometimes", "every day", "61 * * * *", 'every "x" 1:00'])
    def test_an_invalid_schedule_is_named(self, schedule: Any) -> None:
        with pytest.raises(SuiteError, match="not understood"):
            next_run({"schedule": schedule}, AFTER)
