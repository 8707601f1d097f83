"""`campaign.build`: makes the playable bundle of a campaign."""
