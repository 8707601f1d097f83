"""Processes of the operating system, watched from outside."""

import subprocess
from pathlib import Path

PROCESSES = Path("/proc")


def is_gone(pid: int) -> bool:
    """Whether the process has ended; a zombie (Z), whose status nobody has read, has ended too."""
    if (PROCESSES / "self").exists():  # on Linux, without starting another process
        try:
            return (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip().startswith("Z") or not listed.stdout.strip()


def descendants(pid: int) -> set[int]:
    """All processes that `pid` has started, directly or indirectly."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = {
        int(child): int(parent) for child, parent in map(str.split, listed.stdout.splitlines())
    }
    found: set[int] = set()
    generation = {pid}
    while generation:
        generation = {child for child, parent in parents.items() if parent in generation}
        found |= generation
    return found


def is_in(groups: set[int]) -> bool:
    """Whether a process of one of these process groups has not ended."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pgid=,stat="], capture_output=True, text=True, check=True
    )
    living = (line.split() for line in listed.stdout.splitlines())
    return any(int(group) in groups and not state.startswith("Z") for group, state in living)
