"""What a player's progress is counted by: an experience's rules, days and weeks, and the earth.

`calendar` has days, weeks and months in a zone, `geography` cells and distances, `cover` the cells
of a circle, `rules` what an experience publishes, `storable` what Firestore takes of it. Pure.
"""

from experience.progress.rules import AuthoredProgressRules, ProgressRules

ROOMS = ("calendar", "geography", "cover", "storable", "rules")

__all__ = ["ROOMS", "AuthoredProgressRules", "ProgressRules"]
