"""What a process of the imaging and its parent send each other: a line of JSON, then plain bytes.

Nothing here runs code that the other side names, as unpickling would.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True)
class Message:
    """A request or a response: its fields, and the files that go with them."""

    fields: dict[str, Any]
    files: Sequence[bytes] = ()


def write(stream: IO[bytes], message: Message) -> None:
    """Send a message. OSError if the other side is gone."""
    header = {"fields": message.fields, "sizes": [len(each) for each in message.files]}
    stream.write(json.dumps(header).encode() + b"\n")
    for each in message.files:
        stream.write(each)
    stream.flush()


def read(stream: IO[bytes]) -> Message:
    """Wait for a message. EOFError if the other side is gone."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    files = [stream.read(size) for size in header["sizes"]]
    if [len(each) for each in files] != header["sizes"]:
        raise EOFError
    return Message(header["fields"], files)
