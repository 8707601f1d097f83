"""Build .venv from requirements-dev.txt. Standard library only: it runs before anything is there.

`.venv/stamp` says what a finished .venv was built from. It is written last, so that an install
that was cut short, a changed lock, another Python or a moved folder all lead to a new .venv.
"""

import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements-dev.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stamp"
# The Firebase CLI looks for its virtual environment there.
CLI_VENV = ROOT / "functions" / "venv"


def fingerprint() -> str:
    """What a finished .venv depends on: the pins, the Python, and the folder its scripts name."""
    pins = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{pins} {platform.python_version()} {ROOT}"


def is_ready() -> bool:
    """Whether .venv is what the fingerprint asks for, and its Python still starts."""
    if not PYTHON.exists() or not STAMP.exists() or STAMP.read_text() != fingerprint():
        return False
    return subprocess.run([PYTHON, "-I", "-S", "-c", ""], check=False).returncode == 0


class Progress:
    """One line that moves on a terminal; a line every ten seconds in a log."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.collected = 0
        self.doing = "asking for the first package"
        self.started = self.last_shown = time.monotonic()

    def follow(self, pip_output: Iterable[str], output: list[str]) -> None:
        """Read pip's output to its end, keeping its lines."""
        for line in pip_output:
            output.append(line)
            match line.split():
                case ["Collecting" | "Processing", package, *_]:  # from an index, from a wheel
                    self.collected += 1
                    self.doing = Path(package).name
                case ["Installing", "collected", *_]:
                    self.doing = "unpacking all of them"

    def show(self) -> None:
        now = time.monotonic()
        moving = sys.stdout.isatty()
        if now - self.last_shown < (0.2 if moving else 10):
            return
        self.last_shown = now
        text = f"  {now - self.started:3.0f} s  {self.collected}/{self.total}  {self.doing}"
        print(f"\r\033[K{text[:78]}" if moving else text, end="" if moving else "\n")

    def finish(self) -> None:
        if sys.stdout.isatty():
            print("\r\033[K", end="")


def install(lock: int) -> None:
    """Run pip, with its progress in one line and its words only when it fails."""
    total = sum("==" in line for line in LOCK.read_text().splitlines())
    print(f"Installing {total} packages into .venv with Python {platform.python_version()}.")
    print("The Google Cloud clients and a Java runtime make it 520 MB: once, about a minute.")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)

    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar=off"]
    # The lock is complete. Pips before 23.3 find no pin in it for a package with an extra, such as
    # google-auth[requests].
    command += ["--require-hashes", "--no-deps", "-r", str(LOCK)]
    # pip holds the guard too: should this process be killed, the next one waits until pip ends.
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[lock]
    )
    assert pip.stdout is not None
    progress, output = Progress(total), list[str]()
    reader = threading.Thread(target=progress.follow, args=(pip.stdout, output), daemon=True)
    reader.start()
    while pip.poll() is None:
        reader.join(0.1)
        progress.show()
        time.sleep(0.05)
    reader.join()
    progress.finish()
    if pip.returncode != 0:
        sys.exit(
            "".join(output[-30:])
            + "\npip could not install requirements-dev.txt (its last lines are above). "
            "Is a package index within reach? Then run `make setup` again."
        )
    STAMP.write_text(fingerprint())
    print(f"Installed in {time.monotonic() - progress.started:.0f} s.")


def main() -> None:
    if "--check" in sys.argv:  # asked by .venv's own Python: that it starts is known
        sys.exit(not (STAMP.exists() and STAMP.read_text() == fingerprint() and CLI_VENV.exists()))
    # Two `make` at once: the second waits here, then finds the work done. The system drops
    # the lock with the process that holds it, however that ends.
    lock_file = ROOT / ".cache" / "setup.lock"
    lock_file.parent.mkdir(exist_ok=True)
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is installing into .venv: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready():
            install(lock.fileno())
        if not CLI_VENV.exists():
            CLI_VENV.unlink(missing_ok=True)
            CLI_VENV.symlink_to("../.venv")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next `make` starts the installation anew.")
