"""Imaging in child processes: the same pictures, and an end to whatever a photo makes of them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from experience.imaging import processes, stages
from experience.imaging.messages import Message
from experience.imaging.models import MAX_PIXELS, ImageRefused, RefusalCode
from experience.transforms import endpoints
from tests.support.builders.images import ASTRONAUT, encoded, png_header, recipe
from tests.support.calling import at_once
from tests.support.processes import is_gone
from tests.support.waiting import eventually

FUNCTIONS = Path(__file__).parents[3] / "functions"

# It answers each request with the names of its environment.
TELLING = """
import os, sys
from experience.imaging import child, messages
child.respond = lambda _request: messages.Message({"names": sorted(os.environ)})
child.main(int(sys.argv[1]))
"""

# It never comes back to Python, as in a decoder: no thread of it runs, and no handler of a signal.
ENDLESS = """
import itertools, sys
from experience.imaging import child
def endless(*_arguments):
    sys.stderr.write(".")
    sys.stderr.flush()
    sum(itertools.repeat(0))
child.stages.normalise = endless
child.main(int(sys.argv[1]))
"""

PARENT = f"""
from experience.imaging import processes
from experience.imaging.models import Recipe
processes.PROGRAM = ("-c", {ENDLESS!r})
processes.warm_up()
print(processes._pool()._idle[0]._process.pid, flush=True)
processes.normalise(b"", Recipe("sketch", "1:1", "png", 256))
"""


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[processes._Pool]:
    """A pool of this test's own, whose processes end with it."""
    pool = processes._Pool()
    monkeypatch.setattr(processes, "_pool", lambda: pool)
    yield pool
    pool.end()


def refused(data: bytes) -> ImageRefused:
    with pytest.raises(ImageRefused) as caught:
        processes.normalise(data, recipe("sketch"))
    return caught.value


class TestStages:
    def test_make_what_they_make_in_this_process(self) -> None:
        how, overlay = recipe("sketch", format_="webp"), encoded(Image.new("RGBA", (9, 9), "red"))
        normal = stages.normalise(ASTRONAUT, how)
        styled = stages.stylise(normal, "sketch")
        assert processes.normalise(ASTRONAUT, how) == normal
        assert processes.stylise(normal, "sketch") == styled
        assert processes.finish(styled, how) == stages.finish(styled, how)
        assert processes.finish(styled, how, overlay) == stages.finish(styled, how, overlay)

    def test_refuse_as_they_do_in_this_process(self) -> None:
        for data in (b"text", ASTRONAUT[:300], png_header(8192, 6145)):
            with pytest.raises(ImageRefused) as here:
                stages.normalise(data, recipe())
            there = refused(data)
            assert (there.code, there.message) == (here.value.code, here.value.message)

    def test_one_process_is_kept_for_calls_that_follow_each_other(
        self, pool: processes._Pool
    ) -> None:
        processes.warm_up()
        [child] = pool._idle
        processes.warm_up()
        refused(b"text")
        processes.normalise(ASTRONAUT, recipe())
        assert pool._idle == [child]

    def test_callers_at_once_have_as_many_as_there_are_processors(
        self, pool: processes._Pool
    ) -> None:
        made = at_once(4, lambda _: processes.normalise(ASTRONAUT, recipe()))
        assert made == [stages.normalise(ASTRONAUT, recipe())] * 4
        assert len(pool._idle) <= (os.cpu_count() or 1)


class TestBounds:
    def test_at_its_deadline_a_process_is_killed_and_the_next_call_has_another(
        self, pool: processes._Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(processes, "PROGRAM", ("-c", ENDLESS))
            patch.setattr(processes, "MAX_SECONDS", 0.5)
            processes.warm_up()
            [child] = pool._idle
            failure = refused(ASTRONAUT)
        assert failure.code is RefusalCode.TIMEOUT
        assert failure.message == "The picture took longer than 0.5 s to make."
        assert child._process.returncode == -signal.SIGKILL
        assert processes.normalise(ASTRONAUT, recipe()) == stages.normalise(ASTRONAUT, recipe())

    def test_a_photo_that_needs_more_memory_than_there_is_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "MAX_MEMORY_BYTES", 256 * 2**20)
        photo = encoded(Image.new("RGB", (8192, 6144)), compress_level=1)
        failure = refused(photo)
        assert failure.code is RefusalCode.INVALID_INPUT
        assert "memory" in failure.message
        assert processes.normalise(ASTRONAUT, recipe()) == stages.normalise(ASTRONAUT, recipe())

    def test_a_process_that_died_while_it_was_idle_is_replaced(self, pool: processes._Pool) -> None:
        processes.warm_up()
        [child] = pool._idle
        child._process.kill()
        os.waitid(os.P_PID, child._process.pid, os.WEXITED | os.WNOWAIT)
        assert processes.normalise(ASTRONAUT, recipe())

    def test_the_keys_of_vendors_are_not_in_its_environment(
        self, pool: processes._Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "PROGRAM", ("-c", TELLING))
        for name in ("REPLICATE_API_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "LD_LIBRARY_PATH"):
            monkeypatch.setenv(name, "/nowhere")
        with pool.borrowed() as process:
            names = process.request(Message({})).fields["names"]
        assert {"LD_LIBRARY_PATH", "PYTHONPATH"} <= set(names)
        assert not {"REPLICATE_API_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS"} & set(names)

    def test_one_that_dies_at_work_fails_that_call_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(processes, "PROGRAM", ("-c", "import os; os._exit(3)"))
            with pytest.raises(RuntimeError, match="died with status 3"):
                processes.normalise(ASTRONAUT, recipe())
        assert processes.normalise(ASTRONAUT, recipe())

    def test_it_ends_with_its_parent_in_the_middle_of_a_decoder(self) -> None:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(FUNCTIONS)},
        )
        with parent:
            assert parent.stdout
            assert parent.stderr
            child = int(parent.stdout.readline())
            try:
                assert parent.stderr.read(1) == b"."
                parent.kill()
                eventually(lambda: is_gone(child))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)


@pytest.mark.exhaustive
class TestMemory:
    """The hungriest file that is accepted, a lossless WebP, within the limit of a process."""

    def test_the_function_has_room_for_it_and_for_itself(self) -> None:
        deployed = endpoints.run_transform.__firebase_endpoint__.availableMemoryMb  # type: ignore[attr-defined]
        assert deployed * 2**20 >= processes.MAX_MEMORY_BYTES + 500 * 2**20

    def test_the_worst_photo_under_the_worst_overlay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(processes, "MAX_SECONDS", 600)  # among the other tests it waits for CPU
        size = (8192, 6144)
        assert size[0] * size[1] == MAX_PIXELS
        photo = encoded(Image.new("RGB", size, "teal"), "WEBP", lossless=True, method=0)
        picture = processes.finish(photo, recipe(None, "9:16", width=4096), photo)
        assert (picture.width, picture.height) == (4096, 7282)
