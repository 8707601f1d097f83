"""A rehearsal of an evening: many guests, faults, and one page about how it went."""
