"""Asking a provider for something, once, and paying for it once."""
