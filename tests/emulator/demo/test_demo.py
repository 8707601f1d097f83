"""The demo's data as the runtime reads it, and the demo as a newcomer runs it."""

import io
import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore
from PIL import Image, ImageChops, ImageOps, ImageStat
from pydantic import TypeAdapter
from rich.console import Console

from emulator.demo import seed
from emulator.demo.journey import DemoJourney
from emulator.demo.journey_client import INPUTS
from emulator.demo.shown import PHOTO
from emulator.process.http import request
from emulator.suite.suite import Suite
from experience import clients
from experience.documents import Document
from experience.ids import new_id
from experience.media.store.objects import read
from experience.projects.models import Project
from experience.steps import STEP_TYPES, StepInput, UnknownStep, parse_step
from experience.workspaces.models import Experience, ExperienceVersion, Member, Workspace
from tests.support.builders.images import PHOTOS
from tests.support.builders.jobs import size_of
from tests.support.calling import at_once
from tests.support.commands import run

NOW = 1_700_000_000_000
DOCUMENTS = dict(seed.documents(NOW))
MODELS: dict[str, type[Document]] = {
    r"workspaces/[^/]+": Workspace,
    r"workspaces/[^/]+/members/[^/]+": Member,
    r"workspaces/[^/]+/experiences/[^/]+": Experience,
    r"workspaces/[^/]+/experiences/[^/]+/experienceVersions/\d+": ExperienceVersion,
    r"projects/[^/]+": Project,
}


def with_models() -> Iterator[tuple[str, type[Document]]]:
    for path, (pattern, model) in itertools.product(DOCUMENTS, MODELS.items()):
        if re.fullmatch(pattern, path):
            yield path, model


class TestSeededDocuments:
    @pytest.mark.parametrize(("path", "model"), list(with_models()))
    def test_are_what_the_runtime_stores(self, path: str, model: type[Document]) -> None:
        """They have all fields that the runtime would write, and none that it ignores."""
        fields = DOCUMENTS[path]
        loaded = model.load(fields)
        assert not unknown(loaded)
        assert {name: value for name, value in loaded.dump().items() if name in fields}.keys() == (
            fields.keys()
        )
        if "id" in fields:
            assert path.endswith(f"/{fields['id']}")

    def test_every_kind_is_there(self) -> None:
        assert {model for _, model in with_models()} == set(MODELS.values())

    def test_every_step_is_of_a_known_type(self) -> None:
        steps = [step for fields in DOCUMENTS.values() for step in steps_of(fields)]
        types = {step["type"] for step in steps}
        assert not [step for step in steps if isinstance(parse_step(step), UnknownStep)]
        assert types == set(STEP_TYPES)

    def test_a_published_version_is_what_its_experience_publishes(self) -> None:
        experiences = [path for path, model in with_models() if model is Experience]
        for path in experiences:
            fields = DOCUMENTS[path]
            version = DOCUMENTS[f"{path}/experienceVersions/{fields['publishedVersion']}"]
            assert fields["published"] == {
                key: version[key] for key in ("steps", "transform", "translations")
            }

    def test_the_project_plays_experiences_that_guests_can_be_led_into(self) -> None:
        project = Project.load(DOCUMENTS[f"projects/{seed.PROJECT}"])
        assert project.is_live
        references = project.config().experiences.references
        assert len(references) == 4
        for reference in references:
            path = f"workspaces/{seed.WORKSPACE}/experiences/{reference.experience_id}"
            assert Experience.load(DOCUMENTS[path]).is_playable

    def test_the_journeys_order_names_its_steps(self) -> None:
        event = f"events/{seed.EVENT}"
        order = DOCUMENTS[f"{event}/journeys/booth"]["stepOrder"]
        steps = {path: step for path, step in DOCUMENTS.items() if f"{event}/steps/" in path}
        assert [f"{event}/steps/{step}" for step in order] == list(steps)
        assert {step["type"] for step in steps.values()} == set(STEP_TYPES)

    def test_every_question_of_the_journey_is_answered_by_the_demo(self) -> None:
        steps = [parse_step(step) for step in seed.journey_steps()]
        asking = {step.id for step in steps if step.input_types} - {"style", "photo"}
        assert asking == set(INPUTS)
        for step in steps:
            if step.id in INPUTS:
                step.check_input(TypeAdapter(StepInput).validate_python(INPUTS[step.id]))


@pytest.mark.exhaustive
class TestSeeding:
    def test_seeding_twice_gives_the_same(self, suite: Suite) -> None:
        client = clients.firestore()
        states = []
        for _ in range(2):
            done = run("seed")
            assert (done.returncode, done.stderr) == (0, "")
            assert f"{len(DOCUMENTS)} documents" in done.stdout
            states.append({path: timeless(client, path) for path in DOCUMENTS})
        assert states[0] == states[1]
        assert size_of(read(seed.OVERLAY)) == (1080, 1080)
        photo = f"workspaces/{seed.WORKSPACE}/photos/astronaut.jpg"
        assert read(photo) == (PHOTOS / "astronaut.jpg").read_bytes()

    def test_another_project_gets_the_documents(self, suite: Suite) -> None:
        project = f"demo-into-{suite.project}"
        done = run("seed", "--into", project)
        assert (done.returncode, done.stderr) == (0, "")
        client = firestore.Client(project=project)
        assert timeless(client, f"projects/{seed.PROJECT}") != "null"
        client.close()

    def test_another_project_is_not_open_to_everybody(self, suite: Suite) -> None:
        project = f"demo-guarded-{suite.project}"
        done = run("seed", "--into", project)
        assert (done.returncode, done.stderr) == (0, "")
        documents = f"v1/projects/{project}/databases/(default)/documents"
        url = f"http://{suite.addresses['firestore']}/{documents}"
        assert request("GET", f"{url}/workspaces/{seed.WORKSPACE}")[0] == 403

    def test_another_project_without_a_suite_that_guards_it_is_refused(self, suite: Suite) -> None:
        done = run("seed", "--into", "demo-open", EMULATOR_SUITE_HOST="")
        assert done.returncode == 1
        assert done.stderr.startswith("error: demo-open has no rules yet. Set EMULATOR_SUITE_HOST")


@pytest.mark.exhaustive
class TestJourney:
    def test_plays_every_step_and_saves_the_picture(self, suite: Suite, tmp_path: Path) -> None:
        seed.seed(suite.project, suite.bucket)
        shown = io.StringIO()
        console = Console(file=shown, width=120)
        DemoJourney(console, suite, uid=f"visitor-{new_id()}").run(PHOTO.read_bytes(), tmp_path)

        output = shown.getvalue()
        for step in seed.journey_steps():
            assert re.search(rf"✓ {step['type']} .*goToStep", output), output
            assert re.search(rf"{step['type']} +{step['id']}", output), output
        for call in ("startJourney", "saveStepInput", "saveCapture", "triggerTransform"):
            assert re.search(rf"│ {call} +│", output)
        assert re.search(r"session \w+ ready", output)
        assert size_of((tmp_path / "journey.png").read_bytes()) == (1080, 1080)
        assert size_of((tmp_path / "journey-side-by-side.jpg").read_bytes())[1] == 1080


class TestDemo:
    @pytest.mark.exhaustive
    def test_saves_the_guests_picture_and_shows_the_visit(self, tmp_path: Path) -> None:
        """In a region of its own, which calls, queues and schedules must agree about."""
        done = run("demo", "--out", str(tmp_path), REGION="europe-west1")
        assert done.returncode == 0, done.stdout + done.stderr

        picture = Image.open(tmp_path / "cartoon.jpg").convert("RGB")
        assert picture.size == (1080, 1080)
        photo = ImageOps.exif_transpose(Image.open(PHOTOS / "astronaut_rotated_exif6.jpg"))
        original = ImageOps.fit(photo.convert("RGB"), picture.size)
        difference = ImageStat.Stat(ImageChops.difference(picture, original)).mean
        assert sum(difference) / 3 > 5
        assert size_of((tmp_path / "cartoon-side-by-side.jpg").read_bytes())[1] == 1080

        assert re.search(r"main +\w{20} cartoon-booth completed", done.stdout)
        for phase in ("pregate", "preshare"):
            assert re.search(rf"{phase} +\w{{20}} .* completed, linked to main", done.stdout)
        assert re.search(r"job +\w+ completed, attempt 1", done.stdout)
        row = r"│ (\w+) +│ +(\d+) │ +\d+ │ +(\d+) │ +(\d+) │"
        costs = {name: list(map(int, each)) for name, *each in re.findall(row, done.stdout)}
        total = costs.pop("total")
        assert costs["runTransform"][0] == 1
        assert total == [sum(column) for column in zip(*costs.values(), strict=True)]
        assert min(total) > 0
        assert "stack_trace" not in (tmp_path / "functions.log").read_text()

    @pytest.mark.exhaustive
    def test_two_regions_at_once_keep_out_of_each_others_way(self, tmp_path: Path) -> None:
        """One guest visits a project, and the other one goes through an event's journey."""
        visits: tuple[tuple[str, list[str], str, str], ...] = (
            ("asia-northeast1", [], r"job +\w+ completed, attempt 1", "cartoon.jpg"),
            ("europe-west1", ["--journey"], r"session \w+ ready", "journey.png"),
        )

        def demo(number: int) -> "subprocess.CompletedProcess[str]":
            region, options, *_ = visits[number]
            return run("demo", *options, "--out", str(tmp_path / region), REGION=region)

        for visit, each in zip(visits, at_once(len(visits), demo), strict=True):
            region, _, ended, picture = visit
            assert each.returncode == 0, each.stdout + each.stderr
            assert re.search(ended, each.stdout)
            assert size_of((tmp_path / region / picture).read_bytes()) == (1080, 1080)
            assert "stack_trace" not in (tmp_path / region / "functions.log").read_text()

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("options", [[], ["--app-check"]], ids=["", "with App Check"])
    def test_a_campaign_is_made_played_and_verified(
        self, tmp_path: Path, options: list[str]
    ) -> None:
        done = run("demo", "--campaign", *options, "--out", str(tmp_path))

        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r"prize tote: 3 offered, \d awarded, \d left", done.stdout)
        assert "0 differences in 40 plays of campaign" in done.stdout
        page = (tmp_path / "campaign.html").read_text()
        assert '<script type="application/json" id="campaign">' in page
        assert size_of((tmp_path / "campaign.webp").read_bytes()) == (1200, 630)
        assert "stack_trace" not in (tmp_path / "functions.log").read_text()

    @pytest.mark.parametrize(
        ("photo", "message"),
        [
            ("nowhere.jpg", "There is no photo at nowhere.jpg."),
            ("README.md", "README.md is not a JPEG. Take another photo, or convert this one."),
        ],
    )
    def test_what_is_no_photo_is_reported_at_once(self, photo: str, message: str) -> None:
        done = run("demo", "--photo", photo)
        assert (done.returncode, done.stderr) == (1, f"error: {message}\n")


def unknown(document: Document) -> list[str]:
    """Fields, at any depth, that the document's model does not name."""
    found = list(document.model_extra or {})
    for value in document.__dict__.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Document):
                found += unknown(each)
    return found


def steps_of(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """A step document, or the steps of a version."""
    if "config" in fields and "type" in fields:
        return [fields]
    return list(fields.get("steps", []))


def timeless(client: firestore.Client, path: str) -> Any:
    """A stored document without the times at which it was written."""
    text = json.dumps(client.document(path).get().to_dict(), sort_keys=True)
    return re.sub(r'("\w+At"): \d{13}', r"\1: 0", text)
