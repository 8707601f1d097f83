"""Objects of a session in the bucket: uploaded by signed URLs, confirmed, and read by address."""
