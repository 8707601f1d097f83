"""Downloads by whoever has an address."""

import requests


def works(url: str) -> bool:
    """Whether the address opens its object; otherwise it is refused."""
    status = requests.get(url, timeout=30).status_code
    assert status in (200, 403)
    return status == 200
