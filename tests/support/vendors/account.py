"""An account at every vendor, as a process of functions finds it in its environment."""

from PIL import Image

from tests.support.builders.images import encoded
from tests.support.vendors import gemini, replicate
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor

PICTURE = encoded(Image.new("RGB", (64, 48), "teal"))


class Account:
    """Both vendors' servers, until `close`; who calls them waits so long for an answer."""

    def __init__(self, timeout_seconds: int = 10) -> None:
        self.replicate = ReplicateVendor(PICTURE)
        self.gemini = GeminiVendor(PICTURE)
        self.env = {
            "REPLICATE_API_TOKEN": replicate.TOKEN,
            "REPLICATE_API_URL": self.replicate.url,
            "GEMINI_API_KEY": gemini.KEY,
            "GEMINI_API_URL": self.gemini.url,
            "PROVIDER_TIMEOUT_SECONDS": str(timeout_seconds),
        }

    def close(self) -> None:
        self.replicate.close()
        self.gemini.close()
