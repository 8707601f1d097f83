"""Players: their profile, their progress in experiences, and the log of what they did."""
