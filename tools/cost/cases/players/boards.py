"""What boards and lists of an experience's players cost."""

from experience.clock import now_ms
from experience.players.store import board_ref
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.players.builders import a_counting_experience, a_progress, a_progress_event
from tools.cost.stage import Stage

PLAYERS = 12


def measure(stage: Stage) -> None:
    """Twelve players on one board: a renewal reads as many of them as it shows."""
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    experience = a_counting_experience(stage.db, workspace)
    for number in range(PLAYERS):
        boards = {"all": {"xp": {"value": number + 1, "at": now_ms()}}}
        a_progress(stage.db, f"player-{number}", workspace, experience, boards=boards)
    a_progress_event(stage.db, "player-0", workspace, experience)
    ids = {"workspaceId": workspace, "experienceId": experience}
    asked = {**ids, "metric": "xp"}
    player = "player-0"
    stage.call(player, "getLeaderboard", "the first of twelve, cold", **asked)
    board = board_ref(stage.db, workspace, f"{experience}~xp~all")
    board.update({"asOf": now_ms() + 3_600_000})  # it stays fresh, however slow this machine is
    stage.call(player, "getLeaderboard", "warm", **asked)
    stage.call(player, "getLeaderboard", "with neighbours", **asked, around=True)
    stage.call("nobody", "getLeaderboard", "by somebody who did not play", **asked)
    old = now_ms() - 30_000
    board.update({"asOf": old, "claimedAt": old})
    stage.call(player, "getLeaderboard", "renewed, of twelve", **asked)
    viewer = a_member(stage.db, workspace, "viewer")
    stage.call(viewer, "listProgress", "a page of two of twelve", **ids, pageSize=2)
    stage.call(viewer, "listProgressEvents", "a page of one", **ids)
