"""From a photo to a picture: `photo.transform`."""
