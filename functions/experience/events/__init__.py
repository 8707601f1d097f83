"""The earlier, event-centred way of running guests: an event with its journeys, steps, experiences.

There are no drafts here. What an operator saves in a live event is what its guests see.
"""
