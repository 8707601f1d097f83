"""Runs scheduled functions as Cloud Scheduler does: on request, and by the clock once started.

Sources: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules (unix-cron) and
https://cloud.google.com/appengine/docs/standard/scheduling-jobs-with-cron-yaml (every …).
"""

import logging
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
from croniter import croniter

from emulator.functions.supervisor import FunctionsSupervisor
from emulator.process.errors import SuiteError

log = logging.getLogger(__name__)

MAX_ATTEMPT_SECONDS = 30 * 60
POLL_SECONDS = 30  # to notice schedules that a reload has changed
MAX_WORKERS = 8
INTERVAL = re.compile(r"every (?:(\d+) )?(minute|min|hour)s?")
TIME_OF_DAY = re.compile(r"every ([a-z,]+) (\d\d?):(\d\d)")


class UnknownScheduleError(SuiteError):
    """No scheduled function has that name."""


class Scheduler:
    """The scheduled functions among `functions`."""

    def __init__(self, functions: FunctionsSupervisor) -> None:
        self._functions = functions
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(MAX_WORKERS, thread_name_prefix="scheduler")

    @property
    def names(self) -> list[str]:
        return sorted(self._functions.endpoints("scheduleTrigger"))

    def run(self, name: str) -> int:
        """Run it once now, and return its HTTP status. Raises SuiteError without a response."""
        if name not in self.names:
            known = ", ".join(self.names) or "none"
            raise UnknownScheduleError(f"There is no schedule {name}; there are: {known}.")
        try:
            return self._send(name, datetime.now(UTC))
        except requests.RequestException as error:
            raise SuiteError(f"The schedule {name} did not end: {error}") from error

    def start_clock(self) -> None:
        """Run each schedule when it is due, until `close`. Raises SuiteError for an invalid one."""
        started = datetime.now(UTC)
        for trigger in self._functions.endpoints("scheduleTrigger").values():
            next_run(trigger, started)
        threading.Thread(
            target=self._keep_time, args=(started,), name="scheduler-clock", daemon=True
        ).start()

    def close(self) -> None:
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _keep_time(self, started: datetime) -> None:
        last_run: dict[str, datetime] = {}
        wait = 0.0
        while not self._closed.wait(wait):
            now, wait = datetime.now(UTC), POLL_SECONDS
            for name, trigger in self._functions.endpoints("scheduleTrigger").items():
                try:
                    due = next_run(trigger, last_run.get(name, started))
                except SuiteError as error:  # an invalid schedule after a reload
                    log.error("%s: %s", name, error)  # noqa: TRY400
                    continue
                if due <= now:
                    last_run[name] = now
                    self._pool.submit(self._run_by_clock, name, due)
                    due = next_run(trigger, now)
                wait = min(wait, (due - now).total_seconds())

    def _run_by_clock(self, name: str, due: datetime) -> None:
        try:
            status = self._send(name, due)
        except requests.RequestException as error:
            log.error("schedule %s failed: %s", name, error)  # noqa: TRY400 - no traceback needed
        else:
            log.log(logging.INFO if status < 300 else logging.ERROR, "%s: %d", name, status)

    def _send(self, name: str, due: datetime) -> int:
        headers = {
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": f"firebase-schedule-{name}-{self._functions.region}",
            "X-CloudScheduler-ScheduleTime": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "User-Agent": "Google-Cloud-Scheduler",
        }
        url = self._functions.function_url(name)
        return self._functions.post(url, b"", headers, MAX_ATTEMPT_SECONDS).status_code


def next_run(trigger: Mapping[str, Any], after: datetime) -> datetime:
    """When a manifest's scheduleTrigger is due next. Raises SuiteError if its text is invalid."""
    schedule = " ".join(str(trigger["schedule"]).lower().split())
    if interval := INTERVAL.fullmatch(schedule):
        unit = {"hour": "hours"}.get(interval[2], "minutes")
        return after + timedelta(**{unit: int(interval[1] or 1)})
    zone = ZoneInfo(trigger.get("timeZone") or "UTC")
    cron = _cron(schedule)
    if not croniter.is_valid(cron):  # type: ignore[no-untyped-call]
        raise SuiteError(
            f"The schedule {schedule!r} is not understood. Write it as unix-cron (*/5 * * * *), "
            'or as "every 5 minutes", "every day 03:00", "every mon,fri 09:30".'
        )
    times = croniter(cron, after.astimezone(zone))
    due: datetime = times.get_next(datetime)  # type: ignore[no-untyped-call]
    return due.astimezone(UTC)


def _cron(schedule: str) -> str:
    """`every mon,fri 09:30` as unix-cron; any other text unchanged."""
    match = TIME_OF_DAY.fullmatch(schedule)
    if match is None:
        return schedule
    days, hour, minute = match.groups()
    if days == "day":
        return f"{minute} {hour} * * *"
    return f"{minute} {hour} * * {','.join(day[:3] for day in days.split(','))}"
