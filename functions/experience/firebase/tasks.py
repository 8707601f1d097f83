"""The adapter around task functions: what a queue delivers, and when it delivers it again."""

from collections.abc import Callable
from typing import Any, cast

import flask
from firebase_functions import https_fn, options, tasks_fn
from pydantic.alias_generators import to_camel

from experience import logs
from experience.errors import InvalidArgument
from experience.firebase.deployment import MAX_INSTANCES, REGION, Handler
from experience.firebase.request_body import R, parse


def task_function(
    payload_model: type[R],
    *,
    memory: options.MemoryOption,
    timeout_seconds: int,
    retry: options.RetryConfig,
    rate: options.RateLimits,
    concurrency: int = 1,
    max_instances: int = MAX_INSTANCES,
) -> Callable[[Callable[[R], None]], Handler]:
    """Deploy a function as the handler of the task queue of the same name.

    What it raises makes the queue deliver the task again. `TryLater` does so without being
    logged as a fault. A task that works on its CPU all the time has an instance to itself; more
    `concurrency` is for those that wait for somebody else.
    """

    def decorate(function: Callable[[R], None]) -> Handler:
        name = to_camel(function.__name__)

        def handle(call: https_fn.CallableRequest[Any]) -> None:
            with logs.Handling("task", name, call.raw_request.headers) as handling:
                try:
                    payload = parse(payload_model, call.data)
                    handling.label_of(payload)
                    function(payload)
                except InvalidArgument as refused:
                    # A task that cannot be read will not be readable next time: drop it, loudly.
                    handling.reason = refused.reason
                    logs.error("task refused", issues=refused.details["issues"])
                except TryLater as later:
                    handling.reason = "try_later"
                    raise https_fn.HttpsError(
                        https_fn.FunctionsErrorCode.UNAVAILABLE, str(later)
                    ) from later
                except Exception:
                    handling.bug("task failed")
                    raise

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        decorated: Any = tasks_fn.on_task_dispatched(
            region=REGION,
            cpu=1,
            memory=memory,
            timeout_sec=timeout_seconds,
            concurrency=concurrency,
            max_instances=max_instances,
            retry_config=retry,
            rate_limits=rate,
        )(handle)
        return cast(Handler, decorated)

    return decorate


def delivered_task() -> tuple[str, int]:
    """The name of the task that is being handled, and how often it was delivered before.

    https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler
    """
    headers = flask.request.headers
    retries = headers.get("X-CloudTasks-TaskRetryCount", "0")
    return headers.get("X-CloudTasks-TaskName", ""), int(retries) if retries.isdecimal() else 0


class TryLater(Exception):  # noqa: N818  (the queue's ordinary way to wait)
    """The task cannot run now; the queue shall bring it again."""
