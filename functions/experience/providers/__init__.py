"""Who makes a picture, a film or a sound: the imaging of this process, or a vendor.

One module each. They know no database: what they keep goes to a store of blobs that they are given.
"""

ROOMS = (
    "models",
    "calling",
    "prices",
    "addresses",
    "exchange",
    "http",
    "keys",
    "gemini",
    "replicate",
    "sounds",
    "local",
    "registry",
)
