"""Campaigns: built from a config, played for prizes, and verifiable after they are closed."""
