"""Metrics, alerts and a dashboard for Google Cloud, as the files that its own commands take."""
