"""The deployed workflows, one folder each, with `skills.py` and `definition.yaml`.

Importing this package registers all of them.
"""

from experience.workflows.catalog.photo_transform import skills as photo_transform

__all__ = ["photo_transform"]
