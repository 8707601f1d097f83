"""The schedule of retention."""

from experience.retention import usecases
from experience.schedules import schedule


@schedule(every="day 03:00")
def sweep_retention() -> None:
    """Delete the guests whose time is over, with their visits, and uploads never confirmed."""
    usecases.sweep_retention()
