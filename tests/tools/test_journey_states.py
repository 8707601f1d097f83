"""The picture of the state machine in the docs is that of the code."""

from experience.journeys.models.moves import MOVES
from tools import journey_states, markdown


class TestDiagram:
    def test_the_page_shows_the_moves_of_the_code(self) -> None:
        text = journey_states.PAGE.read_text()
        assert text == markdown.filled(text, journey_states.blocks()), "Run `make reference`."

    def test_each_move_is_an_arrow(self) -> None:
        arrows = journey_states.diagram().splitlines()[2:]
        assert len(arrows) == len(MOVES)
        assert "    error --> created: retryJourney (photo lost)" in arrows
