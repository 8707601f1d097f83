"""Who makes a picture: the imaging of this process, or a vendor. One module each."""
