"""The bucket under the Firebase CLI's emulator, which has fewer routes than the suite's."""

from collections.abc import Iterator

import pytest
import requests

from experience import storage
from experience.media.store.objects import TOKENS, find, publish
from experience.media.store.uploads import signed_put
from tests.support.vendors.cli_storage import CliStorage


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Iterator[CliStorage]:
    """The CLI's emulator in the environment of this process."""
    emulator = CliStorage()
    monkeypatch.setenv("GCLOUD_PROJECT", "demo-cli")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    monkeypatch.setenv("FIREBASE_STORAGE_EMULATOR_HOST", emulator.url.removeprefix("http://"))
    yield emulator
    emulator.close()


def test_a_photo_is_uploaded_published_and_deleted(cli: CliStorage) -> None:
    path = "projects/p/sessions/s/inputs/photo/a b"
    upload = signed_put(path, "image/jpeg", 3)
    requests.put(upload.url, b"jpg", headers=upload.headers, timeout=10).raise_for_status()
    found = find(path)
    assert found is not None
    assert found.content_type == "image/jpeg"
    url = publish(path)
    assert publish(path) == url
    token = cli.objects[path][0]["metadata"][TOKENS]
    assert url.startswith(cli.url)
    assert url.endswith(f"token={token}")
    signed = storage.signed_url(path, "GET", 60)
    assert requests.get(signed, timeout=10).content == b"jpg"

    blobs = [storage.bucket().blob(each) for each in (path, "gone")]
    assert storage.change_metadata([(each, {"mark": "1"}) for each in blobs]) == []
    assert cli.objects[path][0]["metadata"] == {"mark": "1"}
    assert storage.delete_objects(blobs) == 1
    assert storage.delete_objects(blobs) == 0
    assert cli.objects == {}
