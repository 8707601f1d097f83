"""Uploaded codes of a prize: each is given to one winner."""

from google.cloud.firestore import Client, FieldFilter, Transaction

from experience import clients, transactions
from experience.campaigns import store
from experience.campaigns.models.game import Codes
from experience.campaigns.models.playing import claims
from experience.campaigns.models.playing.requests import UploadCodes, UploadedCodes
from experience.errors import FailedPrecondition, InvalidArgument, NotFound
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_HASHES = 30
"""As many values as one query takes."""


def upload_codes(uid: str, request: UploadCodes) -> UploadedCodes:
    """Add codes to a prize; editors. Codes that the prize has already are passed over.

    Two are the same where only case, spaces, dashes or letters that look like digits differ: the
    desk could not tell them apart. No code is of two prizes.

    Two reads and one for each code that is known, one write and one for each new code. No rule
    opens them and no export holds them. Raises NotFound, and FailedPrecondition `codes_generated`.
    """
    client = clients.firestore()
    workspace, campaign_id, prize_id = request.workspace_id, request.campaign_id, request.prize_id

    def body(transaction: Transaction) -> UploadedCodes:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        campaign = store.get_campaign(client, workspace, campaign_id, transaction)
        prize = campaign.config.game.prize(prize_id)
        if prize is None:
            raise NotFound("prize")
        if prize.codes is not Codes.UPLOADED:
            raise FailedPrecondition("codes_generated", "The codes of this prize are generated.")
        hashes = {claims.code_hash(code): code for code in request.codes}
        known = _known(client, request, list(hashes))
        if elsewhere := [
            (f"codes[{number}]", "is a code of another prize")
            for number, code in enumerate(request.codes)
            if known.get(claims.code_hash(code), prize_id) != prize_id
        ]:
            raise InvalidArgument(*elsewhere)
        new = [code for mark, code in hashes.items() if mark not in known]
        first = campaign.code_counts.get(prize_id, 0)
        for number, code in enumerate(new, start=first):
            reference = store.code_ref(client, workspace, campaign_id, prize_id, number)
            fields = {"prizeId": prize_id, "number": number, "code": code, "playId": None}
            transaction.create(reference, {**fields, "codeHash": claims.code_hash(code)})
        total = first + len(new)
        if new:  # on the condition that nobody else added codes meanwhile
            counts = campaign.code_counts | {prize_id: total}
            own = store.campaign_ref(client, workspace, campaign_id)
            transaction.update(own, {"codeCounts": counts})
        return UploadedCodes(added=len(new), total=total)

    return transactions.run_optimistic(client, body)


def _known(client: Client, request: UploadCodes, hashes: list[str]) -> dict[str, str]:
    """The prizes of those hashes that are stored: queried before anything is written."""
    codes = store.codes_ref(client, request.workspace_id, request.campaign_id)
    found: dict[str, str] = {}
    for begin in range(0, len(hashes), MAX_HASHES):
        some = FieldFilter("codeHash", "in", hashes[begin : begin + MAX_HASHES])
        for each in codes.where(filter=some).stream():
            found[each.get("codeHash")] = each.get("prizeId")
    return found
