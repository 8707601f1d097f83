"""A photo becomes a picture through the deployed callables, with every provider."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.firestore import Client as Database
from PIL import Image

from emulator.faults.settings import Faults
from emulator.suite.suite import Suite
from experience.imaging.models import Recipe
from experience.imaging.transform import transform_image
from experience.workflows.catalog.photo_transform.skills import (
    GuestAnswer,
    params_of,
    prompt_of,
    provider_of,
)
from experience.workspaces.models import Transform
from tests.experience.workflows.test_callables import Team
from tests.support.builders.images import ASTRONAUT, PHOTOS, encoded
from tests.support.vendors.account import Account
from tests.support.vendors.gemini import GeminiVendor

TURNED = (PHOTOS / "astronaut_rotated_exif6.jpg").read_bytes()
SMALL: dict[str, Any] = {
    "enabled": True,
    "style": "sketch",
    "aspectRatio": "2:3",
    "output": {"format": "webp", "width": 256},
}
GEMINI = "gemini/gemini-2.5-flash-image"
NANO_BANANA = "replicate/google/nano-banana"
HAT = encoded(Image.new("RGB", (6, 4), "brown"), "WEBP")
COAT = encoded(Image.new("RGB", (4, 6), "navy"))
RECIPE = Recipe(style="sketch", aspect_ratio="2:3", format="webp", width=256)


class Studio(Team):
    """A workspace with photos in its folder."""

    def __init__(self, suite: Suite, db: Database) -> None:
        super().__init__(suite, db)
        client = storage.Client(suite.project, AnonymousCredentials())
        self.bucket = client.bucket(suite.bucket)

    def bring(self, name: str, data: bytes, workspace: str | None = None) -> str:
        """Store an object in a workspace's folder; its uri."""
        path = f"workspaces/{workspace or self.id}/{name}"
        self.bucket.blob(path).upload_from_string(data)
        return f"gs://{self.bucket.name}/{path}"

    def path(self, name: str, data: bytes) -> str:
        """The same; its path."""
        self.bring(name, data)
        return f"workspaces/{self.id}/{name}"

    def transform(self, source: str, transform: dict[str, Any], **payload: Any) -> Any:
        """A run of photo.transform when it has ended."""
        wanted = {"sourceUri": source, "transform": {**SMALL, **transform}, **payload}
        return self.ended(self.start("photo.transform", wanted))

    def bytes_of(self, artifact: dict[str, Any]) -> bytes:
        """What an operator gets from an artifact's address."""
        ids = {"workspaceId": self.id, "artifactId": artifact["id"]}
        url = self.viewer.call("getArtifactUrl", **ids)["url"]
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200
        return answer.content


@pytest.fixture
def studio(workflow_suite: Suite, world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    db = Database(workflow_suite.project, AnonymousCredentials())
    yield Studio(workflow_suite, db)
    workflow_suite.set_faults(Faults())
    assert workflow_suite.index_errors() == []
    db.close()


def published(found: Any) -> dict[str, Any]:
    assert found["run"]["error"] is None
    assert found["run"]["status"] == "completed"
    output: dict[str, Any] = found["run"]["context"]["publish"]["data"]
    return output


def failure(found: Any) -> tuple[str, str]:
    error = found["run"]["error"]
    return error["failedStepId"], error["code"]


class TestLocally:
    @pytest.mark.parametrize("photo", [ASTRONAUT, TURNED], ids=["upright", "turned"])
    def test_it_is_what_the_imaging_makes_at_once(self, studio: Studio, photo: bytes) -> None:
        found = studio.transform(studio.bring("photo.jpg", photo), {})
        made = published(found)
        expected = transform_image(photo, RECIPE)
        assert studio.bytes_of(made["picture"]) == expected.data
        assert studio.bytes_of(made["thumbnail"]) == expected.thumbnail
        assert (made["format"], made["width"], made["height"]) == ("webp", 256, 384)
        assert made["sizeBytes"] == len(expected.data)
        assert [step["id"] for step in found["steps"]] == ["load", "stylise", "publish"]
        between = [step["artifacts"]["image"]["type"] for step in found["steps"][:2]]
        assert between == ["image/jpeg", "image/jpeg"]

    def test_with_an_overlay_of_the_workspace(self, studio: Studio) -> None:
        overlay = encoded(Image.new("RGBA", (10, 15), (255, 0, 0, 255)))
        studio.bring("red.png", overlay)
        path = f"workspaces/{studio.id}/red.png"
        source = studio.bring("photo.jpg", ASTRONAUT)
        made = published(studio.transform(source, {"overlay": {"path": path}}))
        picture = Image.open(io.BytesIO(studio.bytes_of(made["picture"]))).convert("RGB")
        red, green, blue = picture.getpixel((128, 192))  # type: ignore[misc]
        assert (red > 240, green < 15, blue < 15) == (True, True, True)

    def test_an_artifact_of_another_run_can_be_the_photo(self, studio: Studio) -> None:
        first = published(studio.transform(studio.bring("photo.jpg", ASTRONAUT), {}))
        again = studio.transform(first["picture"]["id"], {"aspectRatio": "1:1"})
        assert published(again)["height"] == 256


class TestAtAVendor:
    def test_replicate_styles_it_by_a_prompt_that_mentions_answers(
        self, studio: Studio, account: Account
    ) -> None:
        paid = account.replicate.paid
        found = studio.transform(
            studio.bring("photo.jpg", ASTRONAUT),
            {
                "model": "replicate/black-forest-labs/flux-kontext-pro",
                "prompt": "as @{step:role} in @{step:where}, @{step:skipped}not blurred",
            },
            answers=[
                {"stepId": "role", "stepType": "short_text", "value": "a @{step:where}"},
                {"stepId": "where", "stepType": "multiple_choice", "value": ["Rome", "Oslo"]},
            ],
        )
        made = published(found)
        assert (made["width"], made["height"]) == (256, 384)
        assert account.replicate.paid == paid + 1
        sent = list(account.replicate.predictions.values())[-1]
        assert sent["model"] == "black-forest-labs/flux-kontext-pro"
        sent_input = sent["input"]
        assert sent_input["prompt"] == "as a @{step:where} in Rome, Oslo, not blurred"
        assert sent_input["aspect_ratio"] == "2:3"
        photo = requests.get(sent_input["input_image"].partition("#")[0], timeout=30)
        assert Image.open(io.BytesIO(photo.content)).size == (256, 384)
        styled = found["steps"][1]["output"]
        assert styled == {"providerId": "replicate", "costMicros": 40_000}

    def test_gemini_styles_it_too(self, studio: Studio, account: Account) -> None:
        paid = account.gemini.paid
        source = studio.bring("photo.jpg", ASTRONAUT)
        transform = {"model": "gemini/gemini-2.5-flash-image", "prompt": "as a knight"}
        made = published(studio.transform(source, transform))
        assert (made["width"], made["height"]) == (256, 384)
        assert account.gemini.paid == paid + 1


class TestReferenceImages:
    """Pictures of the workspace's own that go along with the photo, where a model takes several."""

    def test_go_to_gemini_after_the_photo_as_what_they_are(
        self, studio: Studio, account: Account
    ) -> None:
        references = [studio.bring("hat.webp", HAT), studio.path("coat.bin", COAT)]
        source = studio.bring("photo.jpg", ASTRONAUT)
        transform = {"model": GEMINI, "prompt": "dressed like this"}
        published(studio.transform(source, {**transform, "referenceImageUrls": references}))
        [sent] = account.gemini.asked("generate")[-1].body["contents"]
        sent_input, _, *others = sent["parts"]
        assert sent_input == {"text": "dressed like this"}
        assert others == [
            GeminiVendor.part(HAT, "image/webp"),
            GeminiVendor.part(COAT, "image/png"),
        ]

    def test_go_to_a_model_of_replicate_as_addresses(
        self, studio: Studio, account: Account
    ) -> None:
        source, reference = studio.bring("photo.jpg", ASTRONAUT), studio.path("hat.webp", HAT)
        transform = {"model": NANO_BANANA, "referenceImageUrls": [reference]}
        published(studio.transform(source, transform))
        sent = list(account.replicate.predictions.values())[-1]["input"]["image_input"]
        photo, hat = (requests.get(each.partition("#")[0], timeout=30) for each in sent)
        assert Image.open(io.BytesIO(photo.content)).size == (256, 384)
        assert hat.content == HAT

    def test_are_of_no_use_to_the_local_styles(self, studio: Studio) -> None:
        source = studio.bring("photo.jpg", ASTRONAUT)
        references = ["https://example.com/hat.png", f"workspaces/{studio.id}/missing.png"]
        made = published(studio.transform(source, {"referenceImageUrls": references}))
        assert studio.bytes_of(made["picture"]) == transform_image(ASTRONAUT, RECIPE).data

    def test_that_cannot_be_used_are_named_before_anything_is_paid(
        self, studio: Studio, account: Account
    ) -> None:
        source, own = studio.bring("photo.jpg", ASTRONAUT), studio.bring("hat.webp", HAT)
        text = studio.bring("text.png", b"no picture")
        foreign = studio.bring("hat.webp", HAT, workspace="another")
        paid = account.gemini.paid, account.replicate.paid
        bad = [
            (GEMINI, text),
            (GEMINI, foreign),
            (GEMINI, "workspaces/another/hat.webp"),
            (NANO_BANANA, foreign),
            (NANO_BANANA, f"workspaces/{studio.id}/../another/hat.webp"),
            (GEMINI, f"workspaces/{studio.id}/missing.png"),
            (GEMINI, "https://example.com/hat.png"),
            (GEMINI, f"gs://{studio.bucket.name}/projects/p/sessions/s/inputs/photo/asset"),
        ]
        for model, reference in bad:
            wanted = {"model": model, "prompt": "x", "referenceImageUrls": [own, reference]}
            found = studio.transform(source, wanted)
            assert failure(found) == ("load", "PROCESSING_FAILED")
            assert found["run"]["error"]["message"].startswith("referenceImageUrls[1] is not ")
        alone = {"model": "replicate/acme/painter", "referenceImageUrls": [own]}
        assert failure(studio.transform(source, alone)) == ("load", "INVALID_INPUT")
        assert (account.gemini.paid, account.replicate.paid) == paid


class TestRefused:
    def test_is_what_no_picture_can_be_made_of(self, studio: Studio) -> None:
        good = studio.bring("photo.jpg", ASTRONAUT)
        text = studio.bring("text.jpg", b"no photo")
        cut = studio.bring("cut.jpg", ASTRONAUT[:300])
        foreign = studio.bring("photo.jpg", ASTRONAUT, workspace="another")
        capture = f"gs://{studio.bucket.name}/projects/p/sessions/s/inputs/photo/asset"
        overlay = {"overlay": {"path": "workspaces/another/photo.jpg"}}
        failed = [
            studio.transform(text, {}),
            studio.transform(cut, {}),
            studio.transform(foreign, {}),
            studio.transform(capture, {}),
            studio.transform(good, {"style": "van gogh"}),
            studio.transform(good, overlay),
        ]
        assert [failure(each) for each in failed] == [
            ("load", "PHOTO_REFUSED"),
            ("load", "PHOTO_REFUSED"),
            ("load", "ARTIFACT_NOT_FOUND"),
            ("load", "ARTIFACT_NOT_FOUND"),
            ("load", "PROCESSING_FAILED"),
            ("publish", "PROCESSING_FAILED"),
        ]

    def test_by_the_vendor_it_says_so(self, studio: Studio, account: Account) -> None:
        account.gemini.feedback = {"blockReason": "SAFETY"}
        source = studio.bring("photo.jpg", ASTRONAUT)
        found = studio.transform(source, {"model": "gemini/gemini-2.5-flash-image", "prompt": "x"})
        account.gemini.feedback = None
        assert failure(found) == ("stylise", "SAFETY_FILTERED")


class TestAsked:
    def test_a_model_names_its_provider(self) -> None:
        assert provider_of("local") == provider_of("") == provider_of("anything") == "local"
        assert provider_of("replicate/acme/painter") == "replicate"
        assert provider_of("gemini/gemini-2.5-flash-image") == "gemini"

    def test_a_model_that_is_not_known_takes_an_image_and_a_prompt(self) -> None:
        transform = Transform(model="replicate/acme/painter")
        assert params_of(transform, "as a knight") == {
            "model": "acme/painter",
            "input": {"prompt": "as a knight"},
            "sourceInput": "image",
            "sourcesAsList": False,
        }

    def test_answers_of_every_type_can_be_mentioned(self) -> None:
        answers = [
            GuestAnswer(step_id="a", value=True),
            GuestAnswer(step_id="b", value=3),
            GuestAnswer(step_id="c", value=["x", "y"]),
        ]
        assert prompt_of("@{step:a} @{step:b} @{step:c} @{step:d}!", answers) == "yes 3 x, y !"
