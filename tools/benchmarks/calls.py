"""Each callable, over HTTP as a page calls it, against the bare transaction that it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.progress import track

from emulator.demo import seed
from emulator.demo.client import CallError
from tools.benchmarks import players
from tools.benchmarks.bare import Bare
from tools.benchmarks.bench import GUEST, PROJECT, Bench, Call
from tools.benchmarks.journeys import Journeys
from tools.benchmarks.timing import Samples, seconds_of

WORKSPACE = {"workspaceId": seed.WORKSPACE}
NOTHING = ""  # of documents


@dataclass(frozen=True)
class Case:
    """A callable in its ordinary state. `prepare` makes the call, outside of its time."""

    function: str
    bare: str
    prepare: Callable[["Guests"], Call]
    besides: str = ""
    """What it does apart from documents."""


@dataclass(frozen=True)
class Result:
    """What came of a case."""

    case: Case
    call: Samples
    bare: Samples | None

    @property
    def ratio(self) -> float | None:
        return self.call.median / self.bare.median if self.bare else None


class Guests:
    """What the cases call with: some of it made once, some of it fresh for each sample."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.active, self.session = bench.photographed()
        self.done, self.visit = bench.transformed()
        session = bench.call(self.done, "getSession", **self.visit)["session"]
        self.picture = session["resultAssetId"]
        self.job = {**PROJECT, "jobId": session["jobId"]}
        self.authored = {**WORKSPACE, "experienceId": bench.name("experience")}
        self.planned = {**WORKSPACE, "projectId": bench.name("project")}
        new = {"expectedVersion": 0, "name": "Benchmark"}
        self.journeys = Journeys(bench)
        self.draft = bench.call(seed.OPERATOR, "saveExperience", **self.authored, **new)
        self.plan = bench.call(seed.OPERATOR, "saveProject", **self.planned, **new)

    def changed_experience(self) -> Call:
        """The operator's next change of a draft."""
        return seed.OPERATOR, {**self.authored, **self._version("draft"), **self._draft()}

    def unpublished_experience(self) -> Call:
        """An experience with a change that is not published."""
        operator, change = self.changed_experience()
        self.draft = self.bench.call(operator, "saveExperience", **change)
        return operator, {**self.authored, **self._version("draft")}

    def changed_project(self) -> Call:
        """The operator's next change of a project."""
        experiences = {"main": [{"experienceId": seed.CARTOON, "enabled": True}]}
        config = {"experiences": experiences, "retentionDays": self._number()}
        return seed.OPERATOR, {**self.planned, **self._version("plan"), "draftConfig": config}

    def unpublished_project(self) -> Call:
        """A project with a change that is not published."""
        operator, change = self.changed_project()
        self.plan = self.bench.call(operator, "saveProject", **change)
        return operator, {"projectId": self.planned["projectId"], **self._version("plan")}

    def member(self) -> Call:
        """A colleague in another role than before."""
        roles = ("viewer", "editor")
        member = {"uid": f"colleague-{self.bench.run}", "role": roles[self._number() % 2]}
        return seed.OPERATOR, {**WORKSPACE, **member}

    def renamed_workspace(self) -> Call:
        """The owner's next name for the workspace."""
        current = self.bench.db.document("workspaces", seed.WORKSPACE).get().to_dict() or {}
        change = {"expectedVersion": current.get("version", 1), "name": f"Demo {self._number()}"}
        return seed.OPERATOR, {**WORKSPACE, **change}

    def uploaded(self) -> Call:
        """A photo that waits to be confirmed."""
        ids = {**self.session, "stepId": "photo"}
        file = {"contentType": "image/jpeg", "sizeBytes": len(self.bench.photo)}
        self._restart_hour(self.active)
        upload = self.bench.call(self.active, "createUpload", **ids, **file)
        self.bench.caller(self.active).upload(upload, self.bench.photo).raise_for_status()
        return self.active, {**ids, "assetId": upload["assetId"]}

    def answered(self) -> Call:
        """An answer that was not given before."""
        return self.active, {**self.session, "inputs": {"name": f"Ada {self._number()}"}}

    def put_back(self, status: str) -> Call:
        """The job as if it had come to this."""
        job = self.bench.db.document("projects", seed.PROJECT, "jobs", self.job["jobId"])
        job.update({"status": status})
        self.bench.settle()
        self._restart_hour(self.done)
        return self.done, self.visit

    def completing(self) -> Call:
        """A session with all its answers."""
        uid, ids = self.bench.pregate()
        return uid, {**ids, "experienceId": seed.CARTOON}

    def failing(self) -> Call:
        """A session whose page cannot go on."""
        uid, ids = self.bench.pregate()
        return uid, {**ids, "code": "CAMERA", "message": "There is none."}

    def operator(self) -> Call:
        """Who looks at their workspace."""
        return seed.OPERATOR, WORKSPACE

    def looking(self) -> Call:
        """Who looks at what is newest in the project."""
        return seed.OPERATOR, {**PROJECT, "pageSize": 5}

    def photo(self) -> Call:
        """A photo about to be taken, in a new hour."""
        self._restart_hour(self.active)
        file = {"contentType": "image/jpeg", "sizeBytes": 1000}
        return self.active, {**self.session, "stepId": "photo", **file}

    def _restart_hour(self, uid: str) -> None:
        """Forget what the guest did in this hour, which is limited."""
        guest = self.bench.db.document("projects", seed.PROJECT, "guests", uid)
        guest.update({"rates": {}})

    def _number(self) -> int:
        return int(self.bench.name("").rpartition("-")[2]) + 1

    def _draft(self) -> dict[str, object]:
        question = {"id": "name", "type": "short_text", "title": f"Name {self._number()}?"}
        step = {**question, "config": {"variable": "name"}}
        return {"draft": {"steps": [step], "transform": None}}

    def _version(self, of: str) -> dict[str, int]:
        """As it is now, also when the last sample changed it."""
        folder, ids = (
            (("workspaces", seed.WORKSPACE, "experiences"), self.authored["experienceId"])
            if of == "draft"
            else (("projects",), self.planned["projectId"])
        )
        stored = self.bench.db.document(*folder, ids).get(["draftVersion"])
        return {"expectedVersion": stored.get("draftVersion")}


CASES = [
    Case("getProject", "read 1, read 4", lambda g: (g.done, PROJECT)),
    Case(
        "ensureGuest", "read 2, write 1",
        lambda g: (g.bench.name("guest"), {**PROJECT, "consentVersion": "2026-1"}),
    ),
    Case("getGuest", "read 1", lambda g: (g.done, PROJECT)),
    Case("getGuestHistory", "read 1, read 2", lambda g: (g.done, PROJECT)),
    Case(
        "getNextPhase", "read 2, read 1",
        lambda g: (g.done, {**PROJECT, "experienceId": seed.CARTOON}),
    ),
    Case(
        "createSession", "read 2, read 1, write 2",
        lambda g: (g.bench.guest(), {**GUEST, "experienceId": seed.PREGATE}),
    ),
    Case("getSession", "read 1", lambda g: (g.active, g.session)),
    Case("updateSessionProgress", "read 1, write 1", Guests.answered),
    Case("completeSession", "read 3, read 1, write 2", Guests.completing),
    Case("abandonSession", "read 2, write 2", lambda g: g.bench.pregate()),
    Case("failSession", "read 2, write 2", Guests.failing),
    Case(
        "getJourneySessions", "read 1, query 1",
        lambda g: (g.done, {**PROJECT, "mainSessionId": g.visit["sessionId"]}),
    ),
    Case("createUpload", "read 2, write 1", Guests.photo, "signs an address"),
    Case("confirmUpload", "read 1, read 1, write 1", Guests.uploaded, "3 requests to Storage"),
    Case(
        "getDownloadUrl", "read 1",
        lambda g: (g.done, {**g.visit, "assetId": g.picture}), "signs an address",
    ),
    Case(
        "revokeShare", "read 1, read 1, read 2, write 2",
        lambda g: (g.done, g.visit), "8 requests to Storage",
    ),
    Case(
        "eraseGuest", "read 1, query 1, query 1, read 1, write 2",
        lambda g: (g.bench.pregate()[0], PROJECT), "looks twice",
    ),
    Case("getJob", "read 1", lambda g: (g.done, g.job)),
    Case("startTransform", "read 1, read 1", lambda g: (g.done, g.visit)),
    Case(
        "retryTransform", "read 3, read 2, write 4",
        lambda g: g.put_back("failed"), "enqueues a task",
    ),
    Case("cancelTransform", "read 3, write 3", lambda g: g.put_back("pending")),
    Case(
        "startJourney", "read 2, read 1, write 2, read 1, read 2, read 1",
        lambda g: g.journeys.beginning(),
    ),
    Case(
        "getEventSession", "read 1, read 1, read 2, read 1", lambda g: g.journeys.begun(),
    ),
    Case("saveStepInput", "read 1, read 1, write 1", lambda g: g.journeys.answering()),
    Case("goToStep", "read 1, write 1", lambda g: g.journeys.going_back()),
    Case(
        "createCaptureUpload", "read 1, write 1",
        lambda g: g.journeys.photographing(), "1 request to Storage, signs an address",
    ),
    Case(
        "saveCapture", "read 1, read 1, write 1",
        lambda g: g.journeys.uploaded(), "3 requests to Storage",
    ),
    Case(
        "triggerTransform", "read 3, read 1, write 6",
        lambda g: g.journeys.captured(), "enqueues two tasks",
    ),
    Case(
        "retryJourney", "read 1, read 2, write 1",
        lambda g: g.journeys.failed(), "1 request to Storage",
    ),
    Case("listEventSessions", "read 1, read 1, query 5", lambda g: g.journeys.listed_sessions()),
    Case("listEvents", "read 1, query 1", lambda g: g.journeys.listed_events()),
    Case("saveEvent", "read 1, read 1, write 1", lambda g: g.journeys.renamed_event()),
    Case("saveJourney", "lock, read 2, read 1, write 1", lambda g: g.journeys.renamed_journey()),
    Case("saveStep", "read 2, read 1, write 1", lambda g: g.journeys.renamed_step()),
    Case(
        "setActiveJourney", "lock, read 2, read 1, read 2, write 1",
        lambda g: g.journeys.switched(),
    ),
    Case(
        "saveEventExperience", "read 1, read 1, write 1",
        lambda g: g.journeys.renamed_experience(),
    ),
    Case("saveExperience", "read 1, read 1, write 1", Guests.changed_experience),
    Case("publishExperience", "read 1, read 1, write 2", Guests.unpublished_experience),
    Case("saveProject", "read 1, read 1, write 1", Guests.changed_project),
    Case("publishProject", "read 1, read 1, read 1, write 1", Guests.unpublished_project),
    Case("saveWorkspace", "read 1, read 1, write 1", Guests.renamed_workspace),
    Case("setMember", "query 1, lock, read 1, read 2, write 1", Guests.member),
    Case("listExperiences", "read 1, query 5", Guests.operator),
    Case("listProjects", "read 1, query 2", Guests.operator),
    Case(
        "listSessions", "read 1, read 1, query 6",
        Guests.looking,
    ),
    Case(
        "listGuests", "read 1, read 1, query 6",
        Guests.looking,
    ),
]  # fmt: skip
REFUSED = Case("(refused at once)", NOTHING, lambda g: (g.done, {"projectId": "no/id"}))
"""What HTTP, the token and the adapter take: `getProject` with a bad id, which reads nothing."""


def measure(bench: Bench, rounds: int, warm: int = 1) -> list[Result]:
    """Every case, in turn with its bare transaction; between two samples all comes to rest."""
    guests, bare = Guests(bench), Bare(bench.db)
    results = []
    for case in track([REFUSED, *CASES], "callables", transient=True):
        called: list[float] = []
        alone: list[float] = []
        for sample in range(warm + rounds):
            uid, data = case.prepare(guests)
            bench.settle()
            call = seconds_of(_call, bench, case, uid, data)
            bench.settle()
            without = seconds_of(bare.run, case.bare) if case.bare else 0
            if sample >= warm:
                called.append(call)
                alone.append(without)
        results.append(Result(case, Samples(called), Samples(alone) if case.bare else None))
    return results


def unmeasured(bench: Bench) -> list[str]:
    """The callables without a case."""
    deployed = bench.suite.functions.endpoints("callableTrigger")
    return sorted(set(deployed) - {case.function for case in CASES} - players.FUNCTIONS)


def _call(bench: Bench, case: Case, uid: str, data: Mapping[str, Any]) -> None:
    if case is REFUSED:
        try:
            bench.call(uid, "getProject", **data)
        except CallError:
            return
    bench.call(uid, case.function, **data)
