"""A tenant's bytes: content-addressed artifacts, and values too large for a document."""
