"""What a mail says, in the reader's language and with the event's theme.

People wrote the name of the event and its theme. In the page they are text, never markup, and the
subject is one line whatever they wrote.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from experience.locales.choice import chosen_locale, direction_of, language_of
from experience.locales.readable import one_line
from experience.mails.models.mail import Message
from experience.shares.models import theme
from experience.shares.models.share import KEPT, SharedPicture

TEXTS = Path(__file__).parents[1] / "texts"

ISOLATE, END = "\u2068", "\u2069"
"""Around a name in a plain text: it may be written in another direction than the text."""

_WIDTH = 560
_HTML = Template("""\
<!doctype html>
<html lang="$lang" dir="$dir">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$subject</title>
</head>
<body style="margin:0;padding:0;background:#f4f3fa;font-family:$font">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
style="max-width:${width}px;background:#ffffff;color:#171522;border-radius:16px">
<tr><td align="center" style="padding:16px;background:$brand;color:$on_brand;\
border-radius:16px 16px 0 0;font-size:18px;font-weight:700">$logo\
<span dir="auto">$name</span></td></tr>
<tr><td align="center" style="padding:24px 20px;font-size:16px;line-height:1.5">
<h1 style="margin:0 0 8px;font-size:24px;line-height:1.25">$heading</h1>
<p style="margin:0 0 20px">$intro</p>
<a href="$address_url"><img src="$picture"$size alt="$subject" \
style="display:block;max-width:100%;height:auto;border:0;border-radius:12px"></a>
<p style="margin:24px 0"><a href="$address_url" style="display:inline-block;padding:14px 28px;\
border-radius:999px;background:$brand;color:$on_brand;font-weight:700;text-decoration:none">\
$button</a></p>
<p style="margin:0;font-size:14px">$address<br><a href="$address_url" dir="ltr" \
style="color:#171522;word-break:break-all">$address_url</a></p>
</td></tr>
<tr><td style="padding:16px 20px 24px;border-top:1px solid #e2e0ee;font-size:13px;line-height:1.5;\
color:#55516b">
<p style="margin:0 0 8px">$kept</p>
<p style="margin:0">$why</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
""")


def message_of(picture: SharedPicture, address: str, locale: str | None) -> Message:
    """The mail with the short address of a picture, in the language nearest to the one wanted.

    Of the languages that its project or its event has, if it names any.
    """
    chosen = chosen_locale([locale] if locale else [], picture.locales)
    lang = language_of(chosen)
    name = one_line(picture.name_in(chosen))
    texts = texts_of(lang)
    subject = _filled(texts, name)["subject"]
    plain = _filled(texts, f"{ISOLATE}{name}{END}")
    marked_up = {key: escape(text) for key, text in texts.items()}
    shown = _filled(marked_up, f"<bdi>{escape(name)}</bdi>")
    paragraphs = (
        plain["heading"],
        plain["intro"],
        address,
        f"{plain['kept']}\n{plain['why']}",
    )
    brand = theme.brand_of(picture.theme.get("primaryColor"))
    font = theme.font_of(picture.theme.get("fontFamily"))
    logo = theme.image_address(picture.theme.get("logoUrl"))
    html = _HTML.substitute(
        {each: shown[each] for each in ("intro", "kept", "why", "heading", "button", "address")},
        lang=lang,
        dir=direction_of(lang),
        subject=escape(subject),
        name=escape(name),
        font=f"{font}, sans-serif" if font else "sans-serif",
        brand=brand,
        on_brand=theme.text_colour_on(brand),
        logo=_logo(logo) if logo else "",
        picture=escape(picture.url),
        size=_size(picture),
        address_url=escape(address),
        width=_WIDTH,
    )
    return Message(subject=subject, text="\n\n".join(paragraphs) + "\n", html=html)


def _filled(texts: Mapping[str, str], name: str) -> dict[str, str]:
    """The texts for an event of this name."""
    values = {"name": name, "days": KEPT.days}
    return {key: Template(text).substitute(values) for key, text in texts.items()}


@cache
def texts_of(lang: str) -> dict[str, str]:
    """The texts of a language, with `$name` for the event and `$days` for how long all works."""
    import tomllib

    with (TEXTS / f"{lang}.toml").open("rb") as file:
        return tomllib.load(file)


def _logo(address: str) -> str:
    return (
        f'<img src="{escape(address)}" alt="" height="36" '
        'style="display:block;margin:0 auto 8px;border:0;max-width:144px">'
    )


def _size(picture: SharedPicture) -> str:
    """The size at which the picture is shown, where its own is known: mail readers reserve it."""
    if not (picture.width and picture.height):
        return f' width="{_WIDTH - 40}"'
    width = min(picture.width, _WIDTH - 40)
    return f' width="{width}" height="{round(width * picture.height / picture.width)}"'
