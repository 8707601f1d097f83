"""The code base keeps to its own rules, and each rule is shown to catch who does not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

import main
from experience import DOMAINS
from tests.repository import architecture
from tests.repository.architecture import ROOT, SourceFile
from tools import manifest

Rule = Callable[[SourceFile], Iterator[str]]

CODE_RULES: list[Rule] = [
    architecture.wrong_way_imports,
    architecture.wrong_way_rooms,
    architecture.other_than_the_four,
    architecture.renamed_endpoints,
    architecture.crossed_boundaries,
    architecture.impure_models,
    architecture.sdk_outside_its_adapters,
    architecture.more_than_a_table,
    architecture.prints,
    architecture.too_long,
    architecture.undocumented,
]

# rule, file, what it must not hold
OFFENCES: list[tuple[Rule, str, str]] = [
    (architecture.wrong_way_imports, "experience/clock.py", "import experience.guests.models"),
    (architecture.wrong_way_imports, "experience/guests/models.py", "from . import store"),
    (
        architecture.wrong_way_imports,
        "experience/guests/store.py",
        "from experience.guests import usecases",
    ),
    (
        architecture.wrong_way_imports,
        "experience/projects/usecases.py",
        "from experience.guests.store import load",
    ),
    (
        architecture.wrong_way_imports,
        "experience/guests/endpoints.py",
        "from experience.projects.endpoints import get_project",
    ),
    (
        architecture.wrong_way_imports,
        "experience/guests/store.py",
        "def late():\n    from experience.projects.usecases.read import publish",
    ),
    (
        architecture.wrong_way_imports,
        "experience/imaging/styles.py",
        "from experience.transforms import store",
    ),
    (architecture.wrong_way_imports, "main.py", "from experience.guests.usecases import x"),
    (
        architecture.wrong_way_rooms,
        "experience/workflows/definitions/loader.py",
        "from experience.workflows.runs import store",
    ),
    (architecture.wrong_way_rooms, "experience/workflows/helpers.py", "x = 1"),
    (
        architecture.wrong_way_rooms,
        "../emulator/process/child.py",
        "from emulator.suite import suite",
    ),
    (architecture.wrong_way_rooms, "../emulator/helpers.py", "x = 1"),
    (architecture.other_than_the_four, "experience/guests/listing.py", "x = 1"),
    (
        architecture.renamed_endpoints,
        "experience/guests/endpoints.py",
        "@callable_function(Get)\ndef get_guest(caller, data):\n    return usecases.find(caller)",
    ),
    (architecture.crossed_boundaries, "experience/clients.py", "import emulator.process.http"),
    (architecture.crossed_boundaries, "../emulator/suite/suite.py", "from experience import ids"),
    (
        architecture.wrong_way_imports,
        "experience/sessions/store.py",
        "from experience.sessions.usecases.create import create_session",
    ),
    (architecture.impure_models, "experience/guests/models.py", "import random"),
    (architecture.impure_models, "experience/sessions/models/phases.py", "import random"),
    (architecture.impure_models, "experience/guests/models.py", "from experience import clock"),
    (architecture.impure_models, "experience/guests/models.py", "from google.cloud import storage"),
    (
        architecture.impure_models,
        "experience/media/models.py",
        "import datetime\nnow = datetime.datetime.now()",
    ),
    (
        architecture.sdk_outside_its_adapters,
        "experience/guests/endpoints.py",
        "from firebase_functions import https_fn",
    ),
    (architecture.more_than_a_table, "main.py", '"""All."""\nregion = "somewhere"'),
    (
        architecture.more_than_a_table,
        "main.py",
        "from experience.guests.endpoints import get_guest",
    ),
    (architecture.prints, "experience/guests/store.py", "print('here')"),
    (architecture.prints, "experience/guests/store.py", "show = print"),
    (architecture.too_long, "../tests/test_all.py", "x = 1\n" * 401),
    (architecture.undocumented, "experience/guests/usecases.py", "def leave():\n    pass"),
    (architecture.undocumented, "experience/guests/endpoints.py", "class Caller:\n    pass"),
    (architecture.machine_traces, "requirements.txt", "--extra-" + "index-url x"),
    (architecture.machine_traces, "../docs/a.md", "see https://pypi." + "org/project/rich"),
    (architecture.machine_traces, "../docs/a.md", "run it in /" + "home/ada/code"),
]

ALLOWED: list[tuple[str, str]] = [
    (
        "main.py",
        '"""All."""\n\nfrom experience.firebase.loading import load\n\nDEPLOYED = {"guests": ()}',
    ),
    ("experience/guests/usecases.py", "from experience.projects import store\nimport random"),
    ("experience/guests/usecases.py", "from experience.guests.models import Guest"),
    ("experience/sessions/models.py", "from experience.steps import Step\nimport math"),
    ("experience/firebase/events.py", "from firebase_functions import firestore_fn"),
    ("experience/guests/endpoints.py", "from firebase_functions import options"),
    ("experience/guests/endpoints.py", 'def go():\n    """Go."""\n\n\ndef _inner():\n    pass'),
    ("../emulator/suite/suite.py", "print('up')"),
    ("../docs/a.md", "https://example.com/home/page and /workspaces/{w}, /users/x"),
]


def deployed(path: str, text: str) -> SourceFile:
    """A file below functions/, or beside it with `../`."""
    path = path.removeprefix("../") if path.startswith("../") else f"functions/{path}"
    return SourceFile(PurePosixPath(path), text)


class TestTheCode:
    @pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.__name__)
    def test_keeps_to_the_rule(self, rule: Rule) -> None:
        files = architecture.files(".py")
        assert len(files) > len(DOMAINS), "git lists too few files for this to mean anything"
        offences = [f"{file.path}: {offence}" for file in files for offence in rule(file)]
        assert not offences, "\n".join([str(rule.__doc__), *offences])

    def test_has_no_folder_that_wants_rooms(self) -> None:
        assert list(architecture.too_full(file.path for file in architecture.files(".py"))) == []

    def test_has_no_circle_of_imports(self) -> None:
        assert architecture.circles(architecture.files(".py")) == []

    def test_names_no_registry_and_no_folder_of_a_machine(self) -> None:
        offences = [
            f"{file.path}: {offence}"
            for file in architecture.files()
            for offence in architecture.machine_traces(file)
        ]
        assert not offences, "\n".join(offences)

    def test_lists_every_domain_in_the_order_of_the_map(self) -> None:
        folders = {
            file.path.parts[2]
            for file in architecture.files(".py")
            if file.is_deployed and len(file.path.parts) > 3
        }
        shared = architecture.SHARED_PACKAGES
        assert folders <= {*DOMAINS, *shared}, "add the new domain to experience/__init__.py"


class TestTheRules:
    @pytest.mark.parametrize(
        ("rule", "path", "text"),
        OFFENCES,
        ids=[f"{rule.__name__}-{number}" for number, (rule, *_) in enumerate(OFFENCES)],
    )
    def test_an_offence_is_caught(self, rule: Rule, path: str, text: str) -> None:
        assert list(rule(deployed(path, text)))

    @pytest.mark.parametrize(("path", "text"), ALLOWED, ids=[path for path, _ in ALLOWED])
    def test_what_is_allowed_passes_every_rule(self, path: str, text: str) -> None:
        file = deployed(path, text)
        rules = CODE_RULES if file.path.suffix == ".py" else []
        assert [found for rule in rules for found in rule(file)] == []
        assert list(architecture.machine_traces(file)) == []

    def test_a_full_folder_is_caught(self) -> None:
        paths = [PurePosixPath(f"tools/part_{number}.py") for number in range(16)]
        assert list(architecture.too_full(paths)) == ["tools: 16 modules"]
        assert not list(architecture.too_full([*paths[:14], PurePosixPath("tools/__init__.py")]))

    def test_a_circle_is_caught_even_if_one_import_is_late(self) -> None:
        suite = deployed("../emulator/a.py", "from emulator.b import B")
        control = deployed("../emulator/b.py", "def late():\n    import emulator.a")
        assert architecture.circles([suite, control])
        assert not architecture.circles([suite, deployed("../emulator/b.py", "import json")])

    def test_every_rule_has_an_offence_to_prove_itself_by(self) -> None:
        assert {rule for rule, *_ in OFFENCES} == {*CODE_RULES, architecture.machine_traces}


# Run in an interpreter of its own: what the SDK loads for itself, then what an instance of each
# function adds to it, each in a process of its own that begins with the SDK.
WHAT_MAIN_LOADS = """
import json, os, sys
from firebase_functions import core, firestore_fn, https_fn, logger, options, params
from firebase_functions import scheduler_fn, storage_fn, tasks_fn

def load(target, write):
    try:
        os.environ["FUNCTION_TARGET"] = target
        import main
        os.write(write, json.dumps(sorted(sys.modules)).encode())
        assert main.__dict__.get(target) or not target
    finally:
        os._exit(sys.exc_info()[1] is not None and (sys.excepthook(*sys.exc_info()) or 1))

sdk, loaded = sorted(sys.modules), {}
for target in sys.argv[1:]:
    read, write = os.pipe()
    if not os.fork():
        load(target, write)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    if os.wait()[1]:
        sys.exit(1)
    loaded[target] = json.loads(text)
print(json.dumps({"sdk": sdk, **loaded}))
"""

# Heavy, and needed by few: imported where they are used.
TOO_HEAVY = {
    *("PIL", "numpy", "google.cloud.storage", "google.cloud.tasks", "firebase_admin.storage"),
    *("google.genai", "httpx2"),
    *("langgraph", "langchain_core", "ormsgpack"),  # not even deployed: an extra
    *("google.genai", "httpx2"),
}

# Modules beyond the SDK's own and ours: 70 when last counted. 50 of them are pydantic, 18 the YAML
# in which workflows are defined: a deployment with a bad one must fail.
MAX_FOREIGN_MODULES = 75


EVERYTHING = ""
"""The target of a process that serves all functions: the CLI's discovery, and the local suite."""

SHARED_BY_SESSIONS = {
    "guests",
    "imaging",
    "progress",
    "projects",
    "sessions",
    "steps",
    "workspaces",
}

# The domains of which an instance may load anything.
MAY_LOAD = {
    "getSession": SHARED_BY_SESSIONS,
    "playCampaign": {"campaigns", "language_models", "media", "providers", "workflows"}
    | SHARED_BY_SESSIONS - {"guests"},
    "onSessionCompleted": {"language_models", "media", "players", "providers", "transforms"}
    | {"workflows", *SHARED_BY_SESSIONS},
}

BUILD = ("generateCampaign", "confirmProposal", "sendChatMessage", "startRun")
"""What may begin a run of a workflow other than the transforms' own."""


def loaded_by_main(folder: Path, *targets: str) -> dict[str, set[str]]:
    """What a fresh interpreter holds after this folder's main.py, by target, and of the SDK."""
    run = subprocess.run(
        [sys.executable, "-c", WHAT_MAIN_LOADS, *targets],
        cwd=folder,
        env={**os.environ, **manifest.ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {target: set(modules) for target, modules in json.loads(run.stdout).items()}


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    return loaded_by_main(ROOT / "functions", EVERYTHING, *MAY_LOAD, *BUILD)


class TestColdStart:
    """Every deployed function is its own instance, and imports what it needs."""

    def test_importing_main_loads_no_heavy_library(self, loaded: dict[str, set[str]]) -> None:
        assert not TOO_HEAVY & loaded[EVERYTHING], "import it in the function that uses it"

    def test_importing_main_adds_a_bounded_number_of_modules(
        self, loaded: dict[str, set[str]]
    ) -> None:
        added = loaded[EVERYTHING] - loaded["sdk"]
        foreign = [name for name in added if name.split(".")[0] not in {"experience", "main"}]
        assert len(foreign) <= MAX_FOREIGN_MODULES, foreign

    @pytest.mark.parametrize("function", MAY_LOAD)
    def test_an_instance_loads_one_module_of_endpoints(
        self, loaded: dict[str, set[str]], function: str
    ) -> None:
        found = {f"experience.{module}" for module in main.DEPLOYED} & loaded[function]
        assert found == {
            f"experience.{m}" for m, names in main.DEPLOYED.items() if function in names
        }
        parts = [name.split(".") for name in loaded[function] if name.startswith("experience.")]
        assert {part[1] for part in parts} & set(DOMAINS) <= MAY_LOAD[function]

    @pytest.mark.parametrize("function", BUILD)
    def test_an_instance_that_begins_runs_knows_the_workflows(
        self, loaded: dict[str, set[str]], function: str
    ) -> None:
        assert "experience.workflows.catalog" in loaded[function]

    def test_a_language_model_loads_its_library_only_when_it_is_called(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONPATH", str(ROOT / "functions"))
        monkeypatch.setenv("LANGUAGE_MODEL", "gemini")
        monkeypatch.setenv("GEMINI_API_KEY", "a-key")
        made = (
            "from experience.language_models import registry\nregistry.language_model().count([])"
        )
        (tmp_path / "main.py").write_text(f"{(ROOT / 'functions/main.py').read_text()}\n{made}\n")
        loaded = loaded_by_main(tmp_path, EVERYTHING)[EVERYTHING]
        assert "experience.language_models.gemini" in loaded
        assert not TOO_HEAVY & loaded

    def test_a_heavy_library_would_be_seen(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import numpy\n")
        assert "numpy" in TOO_HEAVY & loaded_by_main(tmp_path, EVERYTHING)[EVERYTHING]
