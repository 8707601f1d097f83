"""What `campaign.build` is started with."""

from typing import Any

CONFIG: dict[str, Any] = {
    "theme": {"primaryColor": "#0b6e4f", "secondaryColor": "#f4a259"},
    "copy": {"headline": "Spin into summer"},
    "sounds": {"spin": "ticks", "win": {"prompt": "a gentle harp"}},
    "locale": "en",
    "game": {
        "segments": [
            {"id": "s1", "label": "Beach towel", "prize": "A beach towel"},
            {"id": "s2", "label": "No luck", "prize": None},
            {"id": "s3", "label": "10 % off", "prize": "10 % off"},
            {"id": "s4", "label": "Next time", "prize": None},
        ],
        "terms": {"version": "1", "url": "https://example.com/terms", "minimumAge": 18},
    },
}


def payload(**config: Any) -> dict[str, Any]:
    """The payload of a build, with other parts of the config."""
    campaign = {"id": "c1", "name": "Summer raffle", "templateId": "spin_wheel"}
    return {"campaign": {**campaign, "config": {**CONFIG, **config}}}
