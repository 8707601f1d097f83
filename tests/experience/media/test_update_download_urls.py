"""The addresses of pictures end while their project is closed, and work again when it opens."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience import storage, sweeps
from experience.errors import Contention
from experience.ids import new_id
from experience.media.models import UpdateDownloadUrls, opened
from experience.media.store import download_urls, objects
from experience.media.usecases import update_download_urls as update
from experience.projects.models import CLOSED
from tests.experience.retention.visits import just_before
from tests.support.builders.events import an_event
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once
from tests.support.media.downloads import works
from tests.support.media.update_tasks import UpdateTasks, enqueued_here
from tests.support.waiting import eventually

SignIn = Callable[[str | None], Client]


def path_of(project: str, name: str = "result.png") -> str:
    return objects.result_path(project, "session", "job", 1, name)


def a_picture(project: str, name: str = "result.png") -> str:
    """The address of a stored picture."""
    return objects.write_once(path_of(project, name), b"x", "image/png")


def pictures_of_event(event: str) -> list[str]:
    """The addresses of a session's photo and of its picture."""
    paths = [objects.capture_path(event, "session"), f"results/{event}/session/result.png"]
    return [objects.write_once(path, b"x", "image/png") for path in paths]


class Project:
    """A project in which only the test acts, with some pictures."""

    def __init__(self, db: Database, tasks: UpdateTasks, count: int = 1) -> None:
        self.venue = a_venue(db)
        self.id = self.venue.project
        self.db = db
        self.tasks = tasks
        self.urls = [a_picture(self.id, f"{number}.png") for number in range(count)]
        self.path = path_of(self.id, "0.png")

    def set(self, status: str) -> None:
        """Change the status; its event is lost."""
        self.db.document("projects", self.id).update({"status": status})

    def become(self, status: str) -> None:
        """Change the status, and do what the event enqueues."""
        self.set(status)
        update.enqueue_for_parent(f"projects/{self.id}", new_id(), is_open=status not in CLOSED)
        self.tasks.drain()

    def update(self) -> None:
        """One more task."""
        update.update_download_urls(UpdateDownloadUrls(parent=f"projects/{self.id}", cause="again"))

    def working(self) -> list[bool]:
        return [works(url) for url in self.urls]


@pytest.fixture
def tasks(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> UpdateTasks:
    return enqueued_here(monkeypatch)


@pytest.fixture
def project(quiet_db: Database, tasks: UpdateTasks) -> Project:
    return Project(quiet_db, tasks)


class TestByEvents:
    def test_with_its_project(self, db: Database, signed_in: SignIn) -> None:
        """Members of an archived project read by a signed address meanwhile."""
        venue = a_venue(db)
        session = a_session(db, venue.project, "g", venue.main, workspaceId=venue.workspace)
        url = objects.write_once(
            objects.result_path(venue.project, session, "job", 1, "result.png"), b"x", "image/png"
        )
        result = {"stepId": "photo", "assetId": "result", "url": url, "createdAt": 1}
        session_ref(db, venue.project, session).update({"resultMedia": result})
        assert works(url)

        db.document("projects", venue.project).update({"status": "archived"})
        eventually(lambda: not works(url))

        about = {"projectId": venue.project, "sessionId": session, "assetId": "result"}
        viewer = signed_in(a_member(db, venue.workspace, "viewer"))
        assert works(viewer.call("getDownloadUrl", **about)["url"])
        db.document("projects", venue.project).update({"status": "live"})
        eventually(lambda: works(url))

    def test_with_its_workspace(self, db: Database) -> None:
        venue = a_venue(db)
        urls = [a_picture(each) for each in (venue.project, a_project(db, venue.workspace, []))]
        event = an_event(db, venue.workspace)
        urls += pictures_of_event(event)
        workspace = db.document("workspaces", venue.workspace)

        workspace.update({"status": "deleted"})
        eventually(lambda: not any(map(works, urls)))

        workspace.update({"status": "active"})
        eventually(lambda: all(map(works, urls)))

    def test_with_its_event(self, db: Database) -> None:
        workspace = a_workspace(db)
        event, other = an_event(db, workspace), an_event(db, workspace)
        urls = pictures_of_event(event)
        url = objects.write_once(objects.capture_path(other, "session"), b"x", "image/png")

        db.document("events", event).update({"status": "archived"})
        eventually(lambda: not any(map(works, urls)))
        assert works(url)

        db.document("events", event).update({"status": "live"})
        eventually(lambda: all(map(works, urls)))

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ("live", "archived", False),
            ("draft", "deleted", False),
            ("archived", "live", True),
            ("deleted", "draft", True),
            ("archived", "deleted", None),
            ("draft", "live", None),
            ("live", "live", None),
            (None, "live", None),
            ({"odd": 1}, "archived", False),
            ("live", ["odd"], None),
        ],
    )
    def test_only_a_change_between_open_and_closed_counts(
        self, before: Any, after: Any, expected: bool | None
    ) -> None:
        earlier = {"status": before} if before else None
        assert opened(earlier, {"status": after}, CLOSED) is expected


class TestClosed:
    @pytest.mark.parametrize("status", ["archived", "deleted"])
    def test_ends_and_opens_as_often_as_its_project(self, project: Project, status: str) -> None:
        stored = objects.find(project.path)
        assert stored
        for _ in range(2):
            project.become(status)
            assert project.working() == [False]
            project.become("live")
            assert project.working() == [True]
        again = objects.find(project.path)
        assert again
        assert again.metadata == stored.metadata

    def test_of_a_project_that_is_gone_it_ends(self, project: Project) -> None:
        project.db.document("projects", project.id).delete()
        project.update()
        assert project.working() == [False]

    def test_of_a_project_that_cannot_be_read_it_stays(self, project: Project) -> None:
        project.set("burned")
        project.update()
        assert project.working() == [True]

    def test_what_was_revoked_stays_dead(self, project: Project) -> None:
        """Before the project is closed, and meanwhile."""
        [first] = project.urls
        second = download_urls.add(project.path, [first])
        download_urls.revoke_others(second, second.url)
        project.become("archived")
        third = download_urls.add(project.path, [second.url])
        assert not works(third.url)
        download_urls.revoke_others(third, third.url)
        project.become("live")
        assert [works(url) for url in (first, second.url, third.url)] == [False, False, True]

    def test_an_upload_that_was_withdrawn_meanwhile_stays_dead(self, project: Project) -> None:
        project.become("archived")
        download_urls.revoke_all(project.path)
        project.become("live")
        assert project.working() == [False]

    def test_an_address_that_was_made_by_hand_meanwhile_ends_and_opens_too(
        self, project: Project
    ) -> None:
        project.become("archived")
        blob = storage.bucket().blob(project.path)
        blob.metadata = {objects.TOKENS: "by-hand"}
        blob.patch()
        project.urls.append(objects.download_url(project.path, "by-hand"))
        assert project.working() == [False, True]
        project.update()
        assert project.working() == [False, False]
        project.become("live")
        assert project.working() == [True, True]


class TestLate:
    def test_nothing_that_is_done_again_opens_an_object(self, project: Project) -> None:
        project.become("archived")
        [url] = project.urls
        assert objects.write_once(project.path, b"x", "image/png") == url
        assert objects.publish(project.path) == url
        uploaded = objects.find(project.path)
        assert uploaded
        assert objects.confirm(uploaded) == url
        assert project.working() == [False]

    def test_what_is_published_when_all_else_has_ended_ends_some_minutes_later(
        self, project: Project
    ) -> None:
        project.set("archived")
        update.enqueue_for_parent(f"projects/{project.id}", "cause", is_open=False)
        assert project.tasks.delays == [0, 60 + 540]
        update.update_download_urls(project.tasks.waiting.pop(0))
        late = a_picture(project.id, "late.png")
        assert works(late)
        assert project.tasks.drain() == 1
        assert not works(late)

    def test_opening_a_project_takes_one_task(self, project: Project) -> None:
        update.enqueue_for_parent(f"projects/{project.id}", "cause", is_open=True)
        assert project.tasks.delays == [0]

    def test_an_event_that_comes_again_enqueues_nothing_more(self, project: Project) -> None:
        for _ in range(2):
            update.enqueue_for_parent(f"projects/{project.id}", "cause", is_open=False)
        assert len(project.tasks.waiting) == 2


class TestAtOnce:
    @pytest.mark.parametrize(("first", "then"), [("archived", "live"), ("live", "archived")])
    def test_the_later_status_wins_over_a_task_under_way(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, first: str, then: str
    ) -> None:
        """Even if that is the only task that ever runs."""
        project.become(then)
        project.set(first)
        just_before(monkeypatch, download_urls, "update", lambda: project.set(then))
        project.update()
        assert project.working() == [then == "live"]

    def test_what_is_written_to_at_that_moment_is_moved_as_it_is_then(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.set("archived")
        added: list[str] = []

        def share() -> None:
            added.append(download_urls.add(project.path, project.urls).url)

        just_before(monkeypatch, storage, "change_metadata", share)
        project.update()
        project.urls += added
        assert project.working() == [False, False]
        project.become("live")
        assert project.working() == [True, True]

    def test_what_is_deleted_at_that_moment_is_passed_over(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.set("archived")
        blob = storage.bucket().blob(project.path)
        just_before(monkeypatch, storage, "change_metadata", blob.delete)
        project.update()
        assert objects.find(project.path) is None

    def test_what_is_written_to_and_then_deleted_is_passed_over(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.set("archived")
        storage.bucket().blob(project.path).delete()
        stale = storage.bucket().blob(project.path)
        stale.metadata = {objects.TOKENS: "token"}
        monkeypatch.setattr(storage, "change_metadata", lambda due: [blob for blob, _ in due])
        assert download_urls.update([stale], is_open=False) == 1

    def test_who_never_gets_through_comes_again(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(download_urls, "MAX_ATTEMPTS", 0)
        monkeypatch.setattr(storage, "change_metadata", lambda due: [blob for blob, _ in due])
        project.set("archived")
        with pytest.raises(Contention):
            project.update()

    def test_many_tasks_leave_what_is_right(self, quiet_db: Database, tasks: UpdateTasks) -> None:
        project = Project(quiet_db, tasks, 3)

        def step(number: int) -> None:
            if number < 2:
                project.set(["archived", "live"][number])
            project.update()

        for last, expected in (("archived", False), ("live", True)):
            at_once(4, step)
            project.set(last)
            at_once(3, lambda _: project.update())
            assert project.working() == [expected] * 3


class TestPages:
    def test_a_task_without_time_is_continued_where_it_stopped(
        self, quiet_db: Database, tasks: UpdateTasks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(objects, "PAGE_SIZE", 2)
        project = Project(quiet_db, tasks, 5)
        project.set("archived")
        update.enqueue_for_parent(f"projects/{project.id}", "cause", is_open=True)
        assert tasks.drain(0) == 3
        assert project.working() == [False] * 5

    def test_an_event_has_its_objects_in_two_folders(
        self, quiet_db: Database, tasks: UpdateTasks
    ) -> None:
        event = an_event(quiet_db, a_workspace(quiet_db), status="archived")
        urls = pictures_of_event(event)
        update.enqueue_for_parent(f"events/{event}", "cause", is_open=True)
        assert tasks.drain(0) == 2
        assert not any(map(works, urls))

    def test_a_status_that_changes_between_two_parts_wins(
        self, quiet_db: Database, tasks: UpdateTasks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(objects, "PAGE_SIZE", 2)
        project = Project(quiet_db, tasks, 4)
        project.set("archived")
        just_before(monkeypatch, download_urls, "update", lambda: project.set("live"))
        update.enqueue_for_parent(f"projects/{project.id}", "cause", is_open=True)
        assert tasks.drain(0) > 1
        assert project.working() == [True] * 4

    def test_a_hundred_objects_are_one_request(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []
        original = storage._send_batch

        def counted(call: Any, items: Any) -> list[int]:
            sizes.append(len(items))
            return original(call, items)

        monkeypatch.setattr(storage, "_send_batch", counted)
        monkeypatch.setattr(storage, "MAX_BATCH", 2)
        project.urls += [a_picture(project.id, f"{number}.png") for number in range(1, 5)]
        project.become("archived")
        assert sorted(sizes) == [1, 2, 2]
        assert not any(project.working())

    def test_a_workspace_has_a_task_for_each_of_its_projects(
        self, quiet_db: Database, tasks: UpdateTasks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And one that is closed itself stays so."""
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 1)
        venue: Venue = a_venue(quiet_db)
        projects = [venue.project, *(a_project(quiet_db, venue.workspace, []) for _ in range(2))]
        urls = [a_picture(each) for each in projects]
        workspace = quiet_db.document("workspaces", venue.workspace)
        workspace.update({"status": "deleted"})
        update.enqueue_for_workspace(venue.workspace, "deleted", is_open=False)
        assert tasks.drain() == 6
        assert [works(url) for url in urls] == [False] * 3
        quiet_db.document("projects", projects[2]).update({"status": "archived"})
        workspace.update({"status": "active"})
        update.enqueue_for_workspace(venue.workspace, "restored", is_open=True)
        assert tasks.drain() == 3
        assert [works(url) for url in urls] == [True, True, False]
