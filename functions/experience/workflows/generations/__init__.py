"""Requests to providers, each submitted and paid for once."""
