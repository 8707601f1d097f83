"""Which collection holds data of whom, and what deletes it: every collection is in this list.

A test compares it with the rules, the checks of the stored data and the code. A collection that
holds data of players is deleted by `players/usecases/lifecycle/erase.py`, by the same path.
"""

from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """Whose personal data a collection holds."""

    NOTHING = "nothing"
    PLAYER = "player"
    """`erasePlayer` deletes it."""
    GUEST = "guest"
    """`eraseGuest` and `sweepRetention` delete it."""
    MEMBER = "member"
    """`setMember` deletes it, for the people who run a workspace."""


PLAYER, GUEST, MEMBER, NOTHING = Holds.PLAYER, Holds.GUEST, Holds.MEMBER, Holds.NOTHING


@dataclass(frozen=True)
class Kept:
    """A kind of document or object: whose it is, and what of a person it has."""

    holds: Holds
    what: str


COLLECTIONS: dict[str, Kept] = {
    "workspaces": Kept(NOTHING, "an agency's name"),
    "workspaces/members": Kept(MEMBER, "who may do what, by uid"),
    "workspaces/tokenUsage": Kept(NOTHING, "how many tokens were used on a day, by nobody"),
    "workspaces/aiGenerations": Kept(NOTHING, "what members asked a model for, and its output"),
    "workspaces/chatSessions": Kept(PLAYER, "whose chat it is, its title; also deleted by age"),
    "workspaces/chatSessions/chatMessages": Kept(PLAYER, "what was said in a chat"),
    "workspaces/experiences": Kept(NOTHING, "what authors wrote"),
    "workspaces/experiences/experienceVersions": Kept(NOTHING, "what authors published"),
    "workspaces/runs": Kept(GUEST, "the work on a photo; a run of an operator's ends with it"),
    "workspaces/runs/runSteps": Kept(GUEST, "the work on a photo"),
    "workspaces/runs/runStepCache": Kept(GUEST, "what was made of a photo"),
    "workspaces/stepCache": Kept(NOTHING, "what was made of no guest's photo"),
    "workspaces/artifacts": Kept(GUEST, "where photos and what is made of them lie"),
    "workspaces/generationJobs": Kept(GUEST, "what a vendor makes of a photo"),
    "workspaces/generationPermits": Kept(NOTHING, "how many requests a vendor works on"),
    "workspaces/lgThreads": Kept(
        NOTHING, "ids of threads of graphs; whoever runs a graph deletes its threads, else age does"
    ),
    "workspaces/lgThreads/lgCheckpoints": Kept(NOTHING, "the state of a graph, until it expires"),
    "workspaces/lgThreads/lgBlobs": Kept(NOTHING, "the same"),
    "workspaces/lgThreads/lgWrites": Kept(NOTHING, "the same"),
    "workspaces/boards": Kept(PLAYER, "nicknames and scores of the first hundred"),
    "workspaces/contentRollups": Kept(NOTHING, "how often things were done, by nobody"),
    "workspaces/contentVisitors": Kept(NOTHING, "no documents of its own"),
    "workspaces/contentVisitors/visitors": Kept(PLAYER, "who visited what, and on which day"),
    "workspaces/campaigns": Kept(NOTHING, "what authors wrote, and what was built of it"),
    "workspaces/campaigns/draws": Kept(NOTHING, "odds and seeds"),
    "workspaces/campaigns/plays": Kept(
        PLAYER, "who played when, and what made them a person; the play stays without them"
    ),
    "workspaces/campaigns/stockShards": Kept(NOTHING, "how many units are left"),
    "workspaces/campaigns/prizeDays": Kept(NOTHING, "how many units went on a day"),
    "workspaces/campaigns/playRollups": Kept(NOTHING, "how many played, by nobody"),
    "workspaces/campaigns/winners": Kept(
        NOTHING, "how often somebody won, by the hash of the person, so that limits outlast erasure"
    ),
    "workspaces/campaigns/prizeCodes": Kept(NOTHING, "codes that were uploaded"),
    "workspaces/campaigns/ticketBatches": Kept(NOTHING, "how many tickets were made"),
    "mail": Kept(GUEST, "the address that a picture's link was sent to; also deleted by age"),
    "shares": Kept(GUEST, "which session's picture a short address shows; also deleted by age"),
    "publicCampaigns": Kept(NOTHING, "what everybody may know of a campaign"),
    "projects": Kept(NOTHING, "what guests visit"),
    "projects/guests": Kept(GUEST, "consent and completed experiences"),
    "projects/sessions": Kept(GUEST, "answers, photos and pictures"),
    "projects/jobs": Kept(GUEST, "the state of a guest's picture"),
    "projects/jobs/jobInternals": Kept(GUEST, "prompts with a guest's answers"),
    "projects/transformCounts": Kept(GUEST, "pictures of a day, by guest; deleted by age"),
    "events": Kept(NOTHING, "what guests of an event visit"),
    "events/eventGuests": Kept(GUEST, "how often a guest began a session"),
    "events/journeys": Kept(NOTHING, "the order of steps"),
    "events/steps": Kept(NOTHING, "what authors wrote"),
    "events/sessions": Kept(GUEST, "inputs, the photo and the picture"),
    "events/transformCounts": Kept(GUEST, "pictures of a day, by guest; deleted by age"),
    "experiences": Kept(NOTHING, "what events offer to guests"),
    "players": Kept(PLAYER, "the sums of all that a player did, and their preferences"),
    "players/experienceProgress": Kept(PLAYER, "nickname, place, and what was done"),
    "players/experienceProgress/progressEvents": Kept(
        PLAYER, "the log of what was done, and where"
    ),
    "players/experienceProgress/saves": Kept(PLAYER, "what a game saves"),
    "playerTombstones": Kept(NOTHING, "the hash of an erased uid; uids until the erasure is over"),
    "sweeps": Kept(NOTHING, "how far a sweep has come"),
    "migrations": Kept(NOTHING, "how far a migration has come, by a path until it has ended"),
}

OBJECTS: dict[str, Kept] = {
    "projects/": Kept(GUEST, "photos and pictures"),
    "captures/": Kept(GUEST, "photos of events' sessions"),
    "results/": Kept(GUEST, "pictures of events' sessions"),
    "tenants/": Kept(GUEST, "what goes between the steps of a run"),
    "checkpoints/": Kept(NOTHING, "large values of a graph's state, until its thread expires"),
    "exports/plays/": Kept(GUEST, "uids of who played, for operators; a day"),
    "exports/players/": Kept(PLAYER, "what a player asked to get; a day"),
    "erasures/": Kept(NOTHING, "the hash of an erased uid"),
}
"""The folders of the bucket."""


def of(whose: Holds) -> list[str]:
    """The collections and folders with data of these people."""
    return [path for path, kept in (COLLECTIONS | OBJECTS).items() if kept.holds is whose]
