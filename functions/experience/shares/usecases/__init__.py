"""What guests and attendants do with the addresses of a picture, and what everybody sees there."""
