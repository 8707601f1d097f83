"""Callables of players: an instance imports those of the play, or those of what becomes of it."""
