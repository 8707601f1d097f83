"""Batches of tickets, whose tickets are stored nowhere."""

from experience.documents import Document


class TicketBatch(Document):
    """`…/campaigns/{c}/ticketBatches/{id}`: how many tickets were made, by whom."""

    id: str
    count: int
    created_by: str
    created_at: int
