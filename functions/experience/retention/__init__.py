"""Deleting what has been kept for as long as its project says."""
