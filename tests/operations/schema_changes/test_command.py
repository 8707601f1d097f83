"""`python -m operations migrate`, as a person types it."""

import pytest
from google.cloud.firestore import Client

from operations import __main__ as operations
from operations.checks import data, invariants
from operations.schema_changes import catalog
from tests.operations.schema_changes.test_declaration import RUN

PATH = "workspaces/w/runs/r"


def outdated(client: Client) -> list[tuple[str, str]]:
    """The documents that `check` reports for their shape, or that it cannot read."""
    found = data.read(client)
    return [
        *invariants.documents_can_be_read(found),
        *invariants.migrated_documents_have_the_new_shape(found),
    ]


def test_a_run_that_is_interrupted_is_shown_as_stopped_and_goes_on(
    quiet_db: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrate(verb: str) -> tuple[int, str, str]:
        status = operations.main(["migrate", verb, "--project", quiet_db.project])
        return status, *capsys.readouterr()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    quiet_db.document(PATH).set(RUN)
    with monkeypatch.context() as patched:
        patched.setattr("operations.schema_changes.runner._Run.commit", interrupted)
        status, _, error = migrate("run")

    assert (status, error) == (130, "interrupted\n")
    assert migrate("show")[1].splitlines()[1].split()[:2] == ["0001_run_names", "stopped"]
    assert migrate("run")[0] == 0


def test_the_migrations_are_shown_rehearsed_run_and_reverted(
    quiet_db: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    def migrate(*arguments: str) -> tuple[int, str, str]:
        status = operations.main(["migrate", *arguments, "--project", quiet_db.project])
        return status, *capsys.readouterr()

    quiet_db.document(PATH).set(RUN)

    assert outdated(quiet_db) == []
    status, shown, _ = migrate("show")
    assert status == 0
    assert shown.splitlines()[1].split() == ["0001_run_names", "pending", "0", "0", "0", "1"]

    status, dry, _ = migrate("run", "0001_run_names", "--dry-run")
    assert status == 0
    assert "1 documents in project" in dry
    assert "at most 1 reads and 4 writes, $0.00" in dry
    assert "example: set ownerReference, runAttempt; delete belongsTo, round\n" in dry
    assert "jobId" not in dry
    assert quiet_db.document(PATH).get().to_dict() == RUN
    assert not list(quiet_db.collection("migrations").stream())

    assert migrate("run")[0] == 0
    stored = quiet_db.document(PATH).get().to_dict() or {}
    assert (stored["runAttempt"], stored["ownerReference"]) == (2, RUN["belongsTo"])
    assert "belongsTo" not in stored
    _, shown, _ = migrate("show")
    assert shown.splitlines()[1].split() == ["0001_run_names", "done", "1", "1", "0", "0"]
    assert "There is nothing to run" in migrate("run")[1]

    quiet_db.document("workspaces/w/runs/late").set({**RUN, "id": "late"})
    message = "has the shape from before 0001_run_names: run that migration again"
    assert outdated(quiet_db) == [("workspaces/w/runs/late", message)]
    assert migrate("run", "--again")[0] == 0
    assert outdated(quiet_db) == []

    status, _, error = migrate("revert", "0001_run_names")
    assert (status, error) == (
        1,
        "error: revert 0002_run_step_names first, which ran after 0001_run_names\n",
    )
    assert [migrate("revert")[0] for _ in catalog.read()] == [0] * len(catalog.read())
    assert quiet_db.document(PATH).get().to_dict() == RUN
    assert migrate("run", "0009_nothing")[0] == 1
