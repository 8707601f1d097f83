"""Page tokens are what a client sends: whatever they hold, a list answers or refuses them."""

import base64
from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.suite.suite import Suite
from experience.documents import Document
from experience.errors import InvalidArgument
from experience.ids import new_id
from experience.pages import Page, newest_first


class Thing(Document):
    name: str


@pytest.fixture(scope="module")
def client(suite: Suite) -> Iterator[Client]:
    client = Client(project=suite.project)
    yield client
    client.close()


@pytest.fixture(scope="module")
def things(client: Client) -> str:
    """The path of a collection of three."""
    path = f"things-{new_id()}"
    for number, name in enumerate(("c", "b", "a")):
        fields = {"name": name, "kind": "thing", "createdAt": 1_700_000_000_000 - number}
        client.document(path, f"Größe {name}").set(fields)
    return path


def page(client: Client, path: str, token: str | None = None, size: int = 1) -> Page[Thing]:
    return newest_first(client.collection(path), {"kind": None}, size, token, Thing)


def plain(token: str | None) -> str:
    assert token is not None
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class TestTokens:
    def test_lead_on_from_any_name_that_a_document_can_have(
        self, client: Client, things: str
    ) -> None:
        first = page(client, things)
        second = page(client, things, first.next_page_token)
        third = page(client, things, second.next_page_token)

        assert [item.name for each in (first, second, third) for item in each.items] == [
            "c",
            "b",
            "a",
        ]
        assert third.next_page_token is None

    @pytest.mark.parametrize(
        "place",
        [
            "1e3/x",
            "-1/x",
            "/x",
            "99999999999999999/x",
            "1/",
            "1/.",
            "1/..",
            "1/__x__",
            "1/a/b",
            "1",
        ],
    )
    def test_with_a_place_that_firestore_would_not_take_are_refused(
        self, client: Client, things: str, place: str
    ) -> None:
        scope = plain(page(client, things).next_page_token).split("/")[0]

        with pytest.raises(InvalidArgument) as refused:
            page(client, things, encoded(f"{scope}/{place}"))

        assert refused.value.details["issues"][0]["path"] == "pageToken"

    def test_with_another_place_of_the_list_only_lead_there(
        self, client: Client, things: str
    ) -> None:
        scope = plain(page(client, things).next_page_token).split("/")[0]

        found = page(client, things, encoded(f"{scope}/9999999999999999/x"), size=9)

        assert len(found.items) == 3

    @settings(max_examples=200)
    @given(st.text(max_size=60) | st.binary(max_size=60).map(base64.urlsafe_b64encode))
    def test_of_no_list_are_refused(self, token: str | bytes) -> None:
        text = token if isinstance(token, str) else token.decode()

        with pytest.raises(InvalidArgument):
            newest_first(Client(project="p").collection("things"), {}, 1, text, Thing)
