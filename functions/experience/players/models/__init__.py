"""Documents, requests and pure decisions about players and their progress."""
