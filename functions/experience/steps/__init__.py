"""The eleven step types that journeys and experiences are made of, and the checks of what a guest
answers.

`models` has what all steps share, `questions` and `screens` the types, `values` what a guest sends
to one, `registry` how stored and authored steps become objects of the right type. Pure.
"""

from experience.steps.models import Step, UnknownStep
from experience.steps.registry import STEP_TYPES, AuthoredStep, ShownStep, StoredStep, parse_step
from experience.steps.values import StepInput, StepValue, StepValueError

ROOMS = ("values", "models", "questions", "screens", "registry")

__all__ = [
    "ROOMS",
    "STEP_TYPES",
    "AuthoredStep",
    "ShownStep",
    "Step",
    "StepInput",
    "StepValue",
    "StepValueError",
    "StoredStep",
    "UnknownStep",
    "parse_step",
]
