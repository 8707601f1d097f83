"""Skills for tests that ask a provider for something."""

from experience.workflows.skills import (
    ArtifactRef,
    Context,
    Data,
    GenerationRequest,
    SkillFailed,
    skill,
)


class Wish(Data):
    """What to ask for, as the run's payload has it."""

    request: GenerationRequest
    then: str = ""


class Made(Data):
    """What came of it."""

    job_id: str
    cost_micros: int | None
    artifact: ArtifactRef


@skill("test.generate", input_type=Wish, output_type=Made, version="1", max_runtime_seconds=60)
def generate(given: Wish, context: Context) -> Made:
    """Asks for a generation; and fails afterwards, the first time, if it is told to."""
    made = context.generate(given.request)
    if given.then == "fail" and context.step.attempt == 1:
        raise SkillFailed("AFTERWARDS", "This attempt was to fail.", retryable=True)
    return Made(job_id=made.id, cost_micros=made.cost_micros, artifact=made.artifact)
