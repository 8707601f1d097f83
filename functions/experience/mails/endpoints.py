"""The schedule of mails. Their events come to `onSessionCompleted`."""

from experience.firebase.schedules import schedule
from experience.mails.usecases import sweep


@schedule(every="10 minutes")
def sweep_mails() -> None:
    """Write the mails with pictures that a lost event left out."""
    sweep.sweep_mails()
