"""The adapter around schedules: a failed run is logged, and the next one comes by itself."""

from collections.abc import Callable
from typing import Any

import flask
from firebase_functions import options, scheduler_fn
from pydantic.alias_generators import to_camel

from experience import logs
from experience.firebase.deployment import REGION


def schedule(*, every: str, timeout_seconds: int = 300) -> Callable[[Callable[[], None]], Any]:
    """Deploy a function that runs again and again, such as `every="15 minutes"`.

    `timeout_seconds`: at most 1800.
    """

    def decorate(function: Callable[[], None]) -> Any:
        name = to_camel(function.__name__)

        def handle(_event: scheduler_fn.ScheduledEvent) -> None:
            with logs.Handling("schedule", name, flask.request.headers) as handling:
                try:
                    function()
                except Exception:
                    handling.bug("schedule failed")
                    raise

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        return scheduler_fn.on_schedule(
            schedule=f"every {every}",
            region=REGION,
            cpu=1,
            memory=options.MemoryOption.MB_512,
            timeout_sec=timeout_seconds,
            max_instances=1,
        )(handle)

    return decorate
