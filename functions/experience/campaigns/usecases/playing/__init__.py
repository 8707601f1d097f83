"""What players and attendants do in a live campaign."""
