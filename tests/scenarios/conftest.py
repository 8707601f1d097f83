"""The demo's project, where stories happen."""

from collections.abc import Iterator

import pytest
from google.cloud import firestore

from emulator.demo import seed
from emulator.suite.suite import Suite
from experience import clients
from operations.checks.check import check as check_data


@pytest.fixture(scope="session")
def db(suite: Suite) -> firestore.Client:
    return clients.firestore()


@pytest.fixture(scope="session")
def seeded(suite: Suite) -> Suite:
    """The suite with the demo's data in it."""
    seed.seed(suite.project, suite.bucket)
    return suite


@pytest.fixture(scope="module", autouse=True)
def _every_invariant_holds_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stories after which the stored data breaks an invariant have failed."""
    stories = [item for item in request.session.items if item.path == request.path]
    if not any("suite" in getattr(story, "fixturenames", ()) for story in stories):
        yield  # stories with faults check their own
        return
    suite: Suite = request.getfixturevalue("suite")
    client = clients.firestore()
    before = projects(client)
    yield
    suite.settle()
    for project in {*(projects(client) - before), seed.PROJECT}:
        found = check_data(client, suite.bucket, project_id=project).violations
        assert not found, "\n".join(f"{v.invariant}: {v.path} {v.message}" for v in found)


def projects(client: firestore.Client) -> set[str]:
    return {reference.id for reference in client.collection("projects").list_documents()}
