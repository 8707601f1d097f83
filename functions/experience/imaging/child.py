"""The program of a process of the imaging: `python -m experience.imaging.child MAX_MEMORY_BYTES`.

It reads requests from its standard input, works on one at a time, and writes the responses to its
standard output. It ends with its parent: when it is idle because its input ends, and in the middle
of a decoder because the kernel then sends it SIGIO.
"""

import fcntl
import os
import resource
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from PIL import AvifImagePlugin

from experience.imaging import messages, stages
from experience.imaging.messages import Message
from experience.imaging.models import Artwork, ImageRefused, Poster, Recipe, RefusalCode

STDIN = 0


def main(max_memory_bytes: int) -> None:
    """Answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    if sys.platform == "linux":  # others accept the limit and do not keep to it, or refuse it
        resource.setrlimit(resource.RLIMIT_AS, (max_memory_bytes, max_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each thread reserves memory of its own
    with os.fdopen(STDIN, "rb") as requests, os.fdopen(1, "wb") as responses:
        while True:
            try:
                request = messages.read(requests)
            except EOFError:
                return
            with _ending_with_parent(requests):
                response = respond(request)
            messages.write(responses, response)


def respond(request: Message) -> Message:
    """The response to a request: what its stage makes, or why it makes nothing."""
    try:
        return _work(request)
    except ImageRefused as refused:
        return Message({"refused": refused.code, "message": refused.message})
    except MemoryError:
        message = "The photo needs too much memory. Please take or choose another one."
        return Message({"refused": RefusalCode.INVALID_INPUT, "message": message})
    except Exception:  # noqa: BLE001  (the parent raises it)
        return Message({"error": traceback.format_exc()})


def _work(request: Message) -> Message:
    fields, files = request.fields, request.files
    match fields["stage"]:
        case "normalise":
            return Message({}, [stages.normalise(files[0], Recipe(**fields["recipe"]))])
        case "stylise":
            return Message({}, [stages.stylise(files[0], fields["style"])])
        case "draw":
            return Message({}, [stages.draw(Artwork(**fields["artwork"]))])
        case "draw_poster":
            poster = Poster(**fields["poster"])
            return Message({}, [stages.draw_poster(poster, *files)])
        case "logo":
            return Message({}, [stages.logo(files[0])])
        case _:
            picture = stages.finish(files[0], Recipe(**fields["recipe"]), *files[1:])
            made = {"format": picture.format, "width": picture.width, "height": picture.height}
            return Message(made, [picture.data, picture.thumbnail])


@contextmanager
def _ending_with_parent(requests: IO[bytes]) -> Iterator[None]:
    """Meanwhile the end of the parent, which closes the input, kills this process.

    A thread that waits for it would not run while a decoder holds the interpreter. Between two
    requests the signal would come for the next one too, and the end of the input is seen anyway.
    """
    flags = fcntl.fcntl(requests, fcntl.F_GETFL)
    fcntl.fcntl(requests, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(requests, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([requests], [], [], 0)[0]:  # it ended before the signal was asked for
        raise SystemExit
    yield
    fcntl.fcntl(requests, fcntl.F_SETFL, flags)


if __name__ == "__main__":
    main(int(sys.argv[1]))
