"""`accounts:lookup` of the Identity Toolkit, as the Firebase CLI's Auth emulator speaks it.

https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts/lookup
"""

from typing import Any

from tests.support.vendors.server import Received, Reply, Vendor

LOOKUP = "lookup"
MAX_LOOKUPS = 100


class AccountsVendor(Vendor):
    """Knows the accounts of these uids."""

    def __init__(self, *uids: str) -> None:
        self.uids = set(uids)
        super().__init__()

    @property
    def address(self) -> str:
        """As `FIREBASE_AUTH_EMULATOR_HOST` has it."""
        return self.url.removeprefix("http://")

    def operation(self, request: Received) -> str:
        path = request.path
        is_lookup = path.startswith("/identitytoolkit.googleapis.com/v1/projects/demo-")
        return LOOKUP if is_lookup and path.endswith("/accounts:lookup") else "other"

    def answer(self, request: Received) -> Reply:
        asked = request.body["localId"]
        if self.operation(request) != LOOKUP or len(asked) > MAX_LOOKUPS:
            return Reply(400, {"error": {"code": 400, "message": "INVALID_REQUEST"}})
        found = [{"localId": each} for each in asked if each in self.uids]
        answer: dict[str, Any] = {"kind": "identitytoolkit#GetAccountInfoResponse"}
        return Reply(200, {**answer, "users": found} if found else answer)
