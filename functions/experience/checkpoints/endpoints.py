"""The schedule of the sweep."""

from experience.checkpoints.usecases import sweep
from experience.firebase.schedules import schedule


@schedule(every="day 04:00", timeout_seconds=1800)
def sweep_checkpoints() -> None:
    """Delete expired threads of graphs, and blobs of checkpoints that nothing refers to."""
    sweep.sweep_checkpoints()
