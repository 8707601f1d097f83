"""`photo.transform`: turns a photo into a picture."""
