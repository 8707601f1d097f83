"""The deployed workflows, one folder each, with `skills.py` and `definition.yaml`.

Importing this package registers all of them, and then validates the definitions together: one may
use the skills of another folder.
"""

from experience.workflows.catalog.campaign_build import skills as campaign_build
from experience.workflows.catalog.photo_transform import skills as photo_transform
from experience.workflows.definitions.loader import DEFINITIONS

__all__ = ["campaign_build", "photo_transform"]

DEFINITIONS.load()
