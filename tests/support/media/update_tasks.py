"""The tasks that update download URLs, in a queue that is a list."""

from typing import Any

from experience import clients
from experience.media.models import UpdateDownloadUrls
from experience.media.usecases.update_download_urls import update_download_urls


class UpdateTasks:
    """Tasks by their names: a name is taken once. `delays` are those of all tasks so far."""

    def __init__(self) -> None:
        self.waiting: list[UpdateDownloadUrls] = []
        self.names: set[str] = set()
        self.delays: list[float] = []

    def enqueue(
        self, function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0
    ) -> None:
        """In place of `clients.enqueue`."""
        assert function == "updateDownloadUrls"
        if task_id not in self.names:
            self.names.add(task_id)
            self.delays.append(delay_seconds)
            self.waiting.append(UpdateDownloadUrls.load(data))

    def drain(self, *milliseconds: int) -> int:
        """Do all tasks, each within this time, until there are none; gives how many there were."""
        count = 0
        while self.waiting:
            update_download_urls(self.waiting.pop(0), *milliseconds)
            count += 1
        return count


def enqueued_here(patch: Any) -> UpdateTasks:
    """Tasks that are enqueued from now on."""
    tasks = UpdateTasks()
    patch.setattr(clients, "enqueue", tasks.enqueue)
    return tasks
