"""Where the repository lies, and what the suite keeps in it between two starts."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
