"""The objects of sessions in the bucket: files, uploads and download links."""
