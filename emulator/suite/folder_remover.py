"""Removes a suite's folder once the suite has ended, however: `python folder_remover.py FOLDER`.

Standard input is a pipe whose write end only the suite holds. The kernel closes it when the suite
ends, even by `kill -9`. The imports are few and cheap, because every suite starts this program.
"""

import os
import shutil
import sys
import time

MAX_TRIES = 100  # the suite's other processes are killed at the same time, and may still write
PAUSE_SECONDS = 0.1


def main() -> None:
    folder = sys.argv[1]
    sys.stdin.buffer.read()
    for _ in range(MAX_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):  # noqa: PTH110 - pathlib takes longer to import
            break
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
