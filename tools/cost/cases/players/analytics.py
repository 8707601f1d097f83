"""What it costs to look at what players did, and to fold it."""

import random

from experience.clock import now_ms
from experience.progress.calendar import day_after, day_of
from tests.support.builders.workspaces import a_member, a_workspace, an_experience
from tests.support.players.rollups import a_visitor, add_to_rollup
from tests.support.players.scattered_events import ScatteredEvents
from tools.cost.stage import Stage

VISIT = ("gate", "waypoint_visited", 3.0)


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    viewer, experience = a_member(stage.db, workspace, "viewer"), an_experience(stage.db, workspace)
    stage.suite.scheduler.run("foldRollups")  # the days of earlier cases
    today = day_of(now_ms(), "UTC")
    last_month = day_after(today, -40)
    for shard in range(16):
        for day in (today, last_month):
            add_to_rollup(stage.db, workspace, experience, day, shard, VISIT)
    a_visitor(stage.db, workspace, experience, "gate", "player", today)
    where = {"workspaceId": workspace, "experienceId": experience}
    stage.call(viewer, "getContentAnalytics", "one content, a day of 16 shards", **where)
    typed = {**where, "eventType": "waypoint_visited"}
    stage.call(viewer, "getContentAnalytics", "the same, of one type", **typed)
    stage.run_schedule("foldRollups", "one day of one experience")
    stage.run_schedule("foldRollups", "nothing to do")
    add_to_rollup(stage.db, workspace, experience, last_month, 3, VISIT)
    stage.run_schedule("foldRollups", "an event that came late")
    events = ScatteredEvents(workspace, [(52.52, 13.405)] * 3, random.Random(1))  # noqa: S311
    events.store(stage.db)
    near = {"lat": 52.52, "lng": 13.405, "radiusMeters": 50}
    stage.call(viewer, "findEventsNear", "three events", workspaceId=workspace, **near)
    stage.call(
        viewer, "findEventsNear", "nothing there", workspaceId=workspace, **near, since=2**50
    )
