"""The schedule of retention."""

from experience.firebase.schedules import schedule
from experience.retention.usecases import sweep


@schedule(every="day 03:00", timeout_seconds=1800)
def sweep_retention() -> None:
    """Delete the guests whose time is over, with their visits, and objects of no session."""
    sweep.sweep_retention()
