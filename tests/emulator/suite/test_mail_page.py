"""The page of mails: what it says of each, and that what is in a mail stays in its frame."""

from html.parser import HTMLParser
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client, DocumentReference

from emulator.suite import mail_page
from emulator.suite.suite import Suite
from experience import clients
from experience.ids import new_id

HOSTILE = "</iframe></textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def a_mail(subject: str = "Your picture", **fields: Any) -> dict[str, Any]:
    message = {"subject": subject, "text": subject, "html": f"<p>{subject}</p>"}
    ids = {"projectId": "party", "sessionId": "s1", "createdAt": 1_700_000_000_000}
    return {"to": "ada@example.com", "message": message, **ids, **fields}


class TestPage:
    def test_has_the_newest_first(self) -> None:
        page = mail_page.page(
            "demo", {"a": a_mail("old"), "b": a_mail("new", createdAt=2 * 10**12)}
        )
        shown = [each["id"] for tag, each in Elements(page).tags if tag == "h2"]
        assert shown == ["b", "a"]
        assert "2 mails" in page

    def test_says_of_each_what_a_developer_asks_for(self) -> None:
        text = Elements(mail_page.page("demo", {"a": a_mail()})).text
        for each in ("ada@example.com", "2023-11-14 22:13:20", "/mail/a", "session s1"):
            assert each in text
        assert "/projects/party" in text
        event = mail_page.page("demo", {"a": {**a_mail(eventId="gala"), "projectId": None}})
        assert "/projects/" in event

    @pytest.mark.parametrize(
        ("delivery", "state"),
        [
            (None, mail_page.NOT_SENT),
            ({"state": "SUCCESS", "attempts": 1}, "SUCCESS"),
            ({"state": "ERROR", "error": "Error: no such mailbox"}, "ERROR Error: no such mailbox"),
        ],
    )
    def test_says_what_the_extension_says(self, delivery: Any, state: str) -> None:
        fields = {"delivery": delivery} if delivery else {}
        assert state in Elements(mail_page.page("demo", {"a": a_mail(**fields)})).text

    def test_of_none_says_so(self) -> None:
        assert "None was written yet" in mail_page.page("demo", {})

    def test_whatever_is_in_a_mail_is_text_or_in_its_frame(self) -> None:
        plain = Elements(mail_page.page("demo", {"a": a_mail()}))
        fields = {"to": [HOSTILE, HOSTILE], "sessionId": HOSTILE, "delivery": {"error": HOSTILE}}
        page = Elements(mail_page.page("demo", {"a": a_mail(HOSTILE, **fields)}))
        assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
        [frame] = [each for tag, each in page.tags if tag == "iframe"]
        assert "allow-scripts" not in str(frame["sandbox"])
        assert "allow-same-origin" not in str(frame["sandbox"])
        assert HOSTILE in str(frame["srcdoc"])


class TestControl:
    @pytest.fixture
    def mail(self, suite: Suite) -> DocumentReference:
        db: Client = clients.firestore()
        reference = db.document("mail", f"mail-{new_id()}")
        reference.create(a_mail("Your picture & more"))
        return reference

    def open(self, suite: Suite, **headers: str) -> requests.Response:
        url = f"http://{suite.addresses['hub']}/mail"
        return requests.get(url, headers=headers, timeout=30)

    def test_serves_it_as_a_page_that_runs_nothing(
        self, suite: Suite, mail: DocumentReference
    ) -> None:
        page = self.open(suite)
        assert page.status_code == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert mail.id in page.text
        assert "Your picture &amp; more" in page.text

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Host": "evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ],
    )
    def test_for_no_page_of_another_origin(self, suite: Suite, headers: dict[str, str]) -> None:
        assert self.open(suite, **headers).status_code == 403
