"""Callbacks for files that a developer edits while the suite runs."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from emulator.process.errors import SuiteError

log = logging.getLogger(__name__)

DEBOUNCE_SECONDS = 0.2  # an editor writes a file in several steps
EVENT_TYPES = {"created", "modified", "moved", "deleted"}

Callbacks = Mapping[Path, Callable[[], None]]


class FileWatcher:
    """Calls the callback of a file, or of a folder with all below it, after each edit until `stop`.

    If the callback raises SuiteError, the edit is broken: the error is logged, and the next edit
    tries again.
    """

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._edited: set[Path] = set()
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._observer: Any = Observer()
        for folder in {path for path in callbacks if path.is_dir()}:
            handler = _FolderHandler(folder, self._note)
            self._observer.schedule(handler, str(folder), recursive=True)
        files = {path for path in callbacks if not path.is_dir()}
        for parent in {file.parent for file in files}:
            siblings = {file.name: file for file in files if file.parent == parent}
            self._observer.schedule(_FilesHandler(siblings, self._note), str(parent))
        self._observer.start()
        threading.Thread(target=self._run, name="file-watcher", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._changed.set()
        self._observer.stop()

    def _note(self, path: Path) -> None:
        with self._lock:
            self._edited.add(path)
        self._changed.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            while self._changed.is_set():  # until there was no edit for DEBOUNCE_SECONDS
                self._changed.clear()
                self._changed.wait(DEBOUNCE_SECONDS)
            with self._lock:
                edited, self._edited = self._edited, set()
            for path in edited if not self._stopped.is_set() else ():
                try:
                    self._callbacks[path]()
                except (SuiteError, OSError) as error:
                    log.error("%s", error)  # noqa: TRY400 - it carries the developer's traceback


class _FolderHandler(FileSystemEventHandler):
    def __init__(self, folder: Path, note: Callable[[Path], None]) -> None:
        self._folder = folder
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        hidden = "__pycache__" in Path(str(event.src_path)).parts or event.is_directory
        if event.event_type in EVENT_TYPES and not hidden:
            self._note(self._folder)


class _FilesHandler(FileSystemEventHandler):
    """Watches some of the files of one folder, by name."""

    def __init__(self, files: Mapping[str, Path], note: Callable[[Path], None]) -> None:
        self._files = files
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in EVENT_TYPES:
            for path in (event.src_path, event.dest_path):  # an editor may move a new file there
                if file := self._files.get(Path(str(path)).name):
                    self._note(file)
