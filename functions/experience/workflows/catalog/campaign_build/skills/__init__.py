"""The skills of `campaign.build`: from a campaign's config to a page that can be played."""

from pathlib import Path

from experience.workflows.catalog.campaign_build.skills import media, output, writing
from experience.workflows.definitions.loader import DEFINITIONS

__all__ = ["media", "output", "writing"]

DEFINITIONS.add(Path(__file__).parents[1] / "definition.yaml")
