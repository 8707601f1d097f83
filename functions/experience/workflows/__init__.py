"""Durable runs of short pipelines: definitions, runs and their steps, cache, artifacts."""
