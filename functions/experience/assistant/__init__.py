"""Chats of members with a language model that can call the other domains as the caller."""
