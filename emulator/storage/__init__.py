"""A local Cloud Storage: the JSON API, V4 signed URLs, Firebase's download-token URLs."""
