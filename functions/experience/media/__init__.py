"""Objects of a session in the bucket: uploaded by signed URLs, confirmed, read by download URLs."""
