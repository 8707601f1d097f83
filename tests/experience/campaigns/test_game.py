"""What a game draws, and what keeps it from being played."""

import hashlib
import hmac

import pytest

from experience.campaigns.models import draws
from experience.campaigns.models.config import AuthoredCampaignConfig, CampaignConfig
from experience.campaigns.models.game import PPM, Game, issues_of
from experience.campaigns.models.playing import claims, stock
from experience.campaigns.models.playing.requests import UploadCodes
from experience.campaigns.models.playing.stock import StockShard
from experience.errors import FailedPrecondition
from experience.workflows.catalog.campaign_build.manifest import Terms as ManifestTerms
from tests.support.campaigns.builders import a_game as stored_game

SEED = draws.seed_of(b"a secret", "agency", "summer", 1)


def a_game(**fields: object) -> Game:
    return Game.load(stored_game(**fields))


class TestRoll:
    def test_it_is_the_first_eight_bytes_of_the_hmac(self) -> None:
        digest = hmac.new(SEED, b"a-play", hashlib.sha256).digest()

        assert draws.roll_of(SEED, "a-play") == int.from_bytes(digest[:8], "big") % PPM

    def test_numbers_that_favour_small_rolls_are_passed_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        too_large = b"\xff" * 32
        digests = iter([too_large, b"\xff" * 8 + (7).to_bytes(8, "big") + b"\0" * 16])
        asked = []

        def digest(_key: bytes, message: str) -> bytes:
            asked.append(message)
            return next(digests)

        monkeypatch.setattr(draws, "_hmac", digest)

        assert draws.roll_of(SEED, "a-play") == 7
        assert asked == ["a-play", "a-play/1"]

    def test_each_draw_and_campaign_has_a_seed_of_its_own(self) -> None:
        others = [
            draws.seed_of(b"a secret", "agency", "summer", 2),
            draws.seed_of(b"a secret", "agency", "winter", 1),
            draws.seed_of(b"a secret", "another", "summer", 1),
            draws.seed_of(b"another", "agency", "summer", 1),
            draws.claim_key_of(b"a secret", "agency", "summer"),
        ]

        assert len({SEED, *others}) == 6

    def test_a_hundred_thousand_plays_fit_the_odds(self) -> None:
        game, plays = a_game(), 100_000
        found = {"mug": 0, "trip": 0, None: 0}
        for number in range(plays):
            prize = game.drawn(draws.roll_of(SEED, f"play-{number}"))
            found[prize.id if prize else None] += 1

        expected = {"mug": 20_000.0, "trip": 10.0, None: 79_990.0}
        chi_square = sum((found[each] - expected[each]) ** 2 / expected[each] for each in found)
        assert chi_square < 9.21  # two degrees of freedom, p > 0.01


class TestGame:
    def test_prizes_take_ranges_in_the_order_of_the_config(self) -> None:
        game = a_game()

        drawn = [game.drawn(roll) for roll in (0, 199_999, 200_000, 200_099, 200_100, 999_999)]

        assert [each.id if each else None for each in drawn] == [
            "mug", "mug", "trip", "trip", None, None,
        ]  # fmt: skip

    def test_the_roll_chooses_among_the_segments_of_the_result(self) -> None:
        game = a_game()

        assert [game.segment("mug", roll).id for roll in (0, 1, 2)] == ["mug-1", "mug-2", "mug-1"]
        assert game.segment(None, 12_345).id == "none"

    def test_a_complete_game_has_no_issues(self) -> None:
        assert issues_of(a_game()) == []

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ({"segments": []}, "segments"),
            ({"segments": [{"id": "a", "label": "A", "prizeId": "mug"}] * 2}, "segments[1].id"),
            ({"prizes": []}, "segments[1].prizeId"),
            ({"window": None}, "window"),
            ({"window": {"opensAt": 5, "closesAt": 5}}, "window.closesAt"),
            ({"terms": None}, "terms"),
            ({"person": "ticket", "limit": {"plays": 2}}, "limit.plays"),
            ({"prizes": [{"id": "mug", "name": "M", "weightPpm": PPM + 1}]}, "prizes"),
            ({"prizes": [{"id": "off", "name": "M"}]}, "prizes[0].id"),
            ({"prizes": [{"id": "mug", "name": "M", "codes": "uploaded"}]}, "prizes[0].codes"),
        ],
    )
    def test_what_cannot_be_played_names_the_field(
        self, fields: dict[str, object], path: str
    ) -> None:
        assert path in [each for each, _ in issues_of(a_game(**fields))]

    def test_the_hash_of_the_odds_is_of_canonical_json(self) -> None:
        odds = {"segments": [{"label": "Käse", "id": "a"}], "prizes": []}
        text = '{"prizes":[],"segments":[{"id":"a","label":"Käse"}]}'

        assert draws.odds_hash(odds) == hashlib.sha256(text.encode()).hexdigest()


class TestConfig:
    def test_an_empty_draft_says_all_that_it_lacks(self) -> None:
        missing = [path for path, _ in CampaignConfig().missing()]

        assert "config.theme.primaryColor" in missing
        assert "config.game.segments" in missing
        assert "config.game.terms" in missing

    def test_what_an_author_sends_is_stored_under_the_same_names(self) -> None:
        sent = {
            "theme": {"primaryColor": "#ff0000", "fontFamily": "rounded"},
            "copy": {"headline": "Spin!"},
            "sounds": {"spin": "ticks", "win": {"prompt": "a choir"}},
            "locale": "de",
        }

        stored = CampaignConfig.load(AuthoredCampaignConfig.model_validate(sent).dump()).shown()

        assert stored["copy"]["headline"] == "Spin!"
        assert stored["sounds"] == {"spin": "ticks", "win": {"prompt": "a choir"}}
        assert stored["theme"]["fontFamily"] == "rounded"

    @pytest.mark.parametrize(
        "part",
        [
            {"theme": {"primaryColor": "red"}},
            {"theme": {"fontFamily": "Comic Sans"}},
            {"sounds": {"spin": "gong"}},
            {"locale": "xx"},
            {"copy": {"intro": "two\nlines"}},
            {"copy": {"win": "see https://example.com"}},
            {"copy": {"lose": "  "}},
            {"game": {"window": {"opensAt": 0, "closesAt": 1, "timeZone": "localtime"}}},
            {"game": {"terms": {"version": "1", "url": "javascript:alert(1)"}}},
            {"game": {"window": {"opensAt": 0, "closesAt": 1, "timeZone": "Mars/Base"}}},
            {"unknown": 1},
        ],
    )
    def test_wrong_values_are_refused(self, part: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            AuthoredCampaignConfig.model_validate(part)


class TestStock:
    def test_units_lie_in_one_share_where_codes_are_given_in_their_order(self) -> None:
        before = [StockShard(prize_id="a", shard=each, awarded=1, left=2) for each in range(8)]

        spread = stock.with_offer("a", before, 20)
        ordered = stock.with_offer("a", before, 20, count=1)

        assert [each.left for each in spread] == [2, 2, 2, 2, 1, 1, 1, 1]
        assert [each.left for each in ordered] == [12, 0, 0, 0, 0, 0, 0, 0]
        assert sum(each.awarded for each in ordered) == 8
        with pytest.raises(FailedPrecondition, match="8 are awarded"):
            stock.with_offer("a", before, 7)

    def test_a_prize_whose_codes_become_uploaded_has_its_units_moved(self) -> None:
        code = {"id": "a", "name": "A", "stock": 3}
        generated = Game.load({"prizes": [code]})
        uploaded = Game.load({"prizes": [{**code, "codes": "uploaded"}]})

        assert stock.changed_prizes(generated, generated) == []
        assert stock.changed_prizes(generated, uploaded) == ["a"]
        assert stock.changed_prizes(None, generated) == ["a"]
        assert stock.changed_prizes(generated, Game()) == ["a"]


class TestCodes:
    @pytest.mark.parametrize("other", ["ab-1O", "A B 10", "abi0", "AB1-0"])
    def test_what_the_desk_cannot_tell_apart_is_one_code(self, other: str) -> None:
        assert claims.code_hash(other) == claims.code_hash("AB10")

    @pytest.mark.parametrize("code", ["", "   ", "----", "A-1", "AB\n10"])
    def test_what_nobody_could_read_out_is_refused(self, code: str) -> None:
        upload = {"workspace_id": "w", "campaign_id": "c", "prize_id": "p", "codes": [code]}
        with pytest.raises(ValueError, match="codes"):
            UploadCodes.model_validate(upload)


def test_terms_without_an_age_can_be_built() -> None:
    terms = {"version": "1", "url": "https://example.com/terms"}

    assert issues_of(a_game(terms=terms)) == []
    assert ManifestTerms.model_validate(terms).minimum_age is None
