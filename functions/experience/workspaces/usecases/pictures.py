"""The pictures that a transform refers to: its overlay and its reference images."""

from collections.abc import Sequence

from experience import storage
from experience.errors import InvalidArgument
from experience.workspaces.models import Overlay


def require_own_overlay(workspace_id: str, overlay: Overlay | None, path: str) -> None:
    """Raise InvalidArgument for an overlay elsewhere: a worker would refuse it, much later."""
    folder = f"workspaces/{workspace_id}/"
    if overlay and not overlay.path.startswith(folder):
        raise InvalidArgument((f"{path}.path", f"must lie in {folder}"))


def require_own_references(workspace_id: str, urls: Sequence[str], path: str) -> None:
    """Raise InvalidArgument for each reference image that is not of the workspace's folder."""
    folder = f"workspaces/{workspace_id}/"
    bucket = f"gs://{storage.bucket_name()}/"
    foreign = [
        (f"{path}[{number}]", f"must lie in {folder}")
        for number, each in enumerate(urls)
        if not each.removeprefix(bucket).startswith(folder)
    ]
    if foreign:
        raise InvalidArgument(*foreign)
