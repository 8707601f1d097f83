"""The demo in other languages: all of it, and as authors may write it."""

from emulator.demo import seed, translations
from experience.events.models.requests import AuthoredEvent, AuthoredEventExperience
from experience.projects.models import AuthoredProjectConfig
from experience.steps import STEP_TYPES
from experience.workspaces.models import AuthoredConfig

TEXTS = ("title", "description", "ctaLabel")


def test_whatever_a_guest_reads_is_translated_into_each_language() -> None:
    for step in seed.journey_steps():
        config = step["config"]
        expected = {name for name in TEXTS if step[name]}
        expected |= {"placeholder", "options", "messages", "minLabel", "maxLabel"} & config.keys()
        assert step["translations"].keys() == {*translations.LOCALES} - {"en"}, step["id"]
        for words in step["translations"].values():
            assert words.keys() == expected, step["id"]
            if "options" in words:
                assert words["options"].keys() == {each["value"] for each in config["options"]}
            if "messages" in words:
                assert len(words["messages"]) == len(config["messages"])


def test_authors_may_write_it() -> None:
    for path, fields in seed.documents(0):
        if "experienceVersions" in path:
            given = {name: fields[name] for name in ("steps", "transform", "translations")}
            AuthoredConfig.load(given)
        elif path.startswith("projects/"):
            AuthoredProjectConfig.load(fields["publishedConfig"])
        elif "/steps/" in path:
            model = STEP_TYPES[fields["type"]]
            assert model.model_validate(fields, extra="forbid").dump()["translations"] is not None
        elif path.startswith("experiences/"):
            names = ("name", "status", "aiPhotoConfig", "captureConfig", "translations")
            AuthoredEventExperience.load({name: fields[name] for name in names})
        elif path == f"events/{seed.EVENT}":
            AuthoredEvent.load(
                {name: fields[name] for name in ("name", "status", "theme", "consent")}
                | {name: fields[name] for name in ("locales", "translations")}
            )
