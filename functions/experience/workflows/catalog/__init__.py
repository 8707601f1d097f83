"""The workflows that ship, one folder each: `skills.py`, and the `definition.yaml` that uses them.

Importing this package registers all of them.
"""

from experience.workflows.catalog.photo_transform import skills as photo_transform

__all__ = ["photo_transform"]
