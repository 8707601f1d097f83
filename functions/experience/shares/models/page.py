"""The page at a short address: what it says, how it looks, and what a browser may load for it.

It needs no script. One makes saving a tap, and lets the picture's guest delete it.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit

from experience.locales.choice import direction_of, language_of
from experience.locales.readable import one_line
from experience.shares.models import theme
from experience.shares.models.share import SharedPicture
from experience.web_pages import WebPage

TEXTS = Path(__file__).parents[1] / "texts"

_RECAPTCHA = "https://www.google.com/recaptcha/"

_PAGE = Template("""\
<!doctype html>
<html lang="$lang" dir="$dir">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>$title</title>
$tags<link rel="stylesheet" href="/s/style.css$style">
</head>
<body>
$body</body>
</html>
""")

_PICTURE = Template("""\
<header>$logo<p class="name" dir="auto">$name</p></header>
<main>
<h1>$heading</h1>
<img class="picture" src="$url"$size alt="$title" fetchpriority="high">
<p><a class="button" id="save" href="$url" data-name="$name" target="_blank" rel="noopener">\
$save</a></p>
<p id="notice" role="status"></p>
<div id="own"></div>
</main>
<script type="module" src="/share.js"></script>
""")

_GONE = Template("""\
<main>
<h1>$title</h1>
<p>$why</p>
</main>
""")

_STYLE = Template("""\
:root { --brand: $brand; --on-brand: $on_brand; color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; font: 100%/1.5 $font; }
header { display: flex; gap: .75rem; align-items: center; justify-content: center;
  padding: .75rem 1rem; background: var(--brand); color: var(--on-brand); }
.logo { height: 2.25rem; max-width: 9rem; object-fit: contain; }
.name { margin: 0; font-weight: 700; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; text-align: center; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
.picture { display: block; margin: 0 auto 1.25rem; max-width: 100%; max-height: 78vh;
  width: auto; height: auto; border-radius: 1rem; }
.button { display: inline-block; min-height: 2.75rem; padding: .625rem 1.5rem;
  border-radius: 999px; background: var(--brand); color: var(--on-brand); font-weight: 700;
  text-decoration: none; border: 2px solid var(--on-brand); }
.link { min-height: 2.75rem; padding: .625rem 1rem; border: 0; background: none; font: inherit;
  color: inherit; text-decoration: underline; cursor: pointer; }
dialog { width: min(26rem, calc(100vw - 2rem)); box-sizing: border-box; padding: 1.5rem;
  border: 1px solid currentColor; border-radius: 1.5rem; text-align: center; }
dialog::backdrop { background: rgb(0 0 0 / 60%); }
dialog h2 { font-size: 1.125rem; line-height: 1.25; margin: 0; }
dialog .button { width: 100%; margin-top: .75rem; font: inherit; font-weight: 700;
  cursor: pointer; }
dialog .danger { background: #b3142c; color: #fff; border-color: #fff; }
:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
body, dialog { background: #fff; color: #171522; }
@media (prefers-color-scheme: dark) { body, dialog { background: #171522; color: #f4f3fa; } }
""")


def picture_page(picture: SharedPicture, locale: str) -> WebPage:
    """The page of a picture. Whatever people wrote is text in it, never markup."""
    texts = texts_of(language_of(locale))
    name = one_line(picture.name_in(locale))
    title = Template(texts["title"]).substitute(name=name)
    heading = Template(escape(texts["title"])).substitute(name=f"<bdi>{escape(name)}</bdi>")
    logo = theme.image_address(picture.theme.get("logoUrl"))
    sizes = (
        {"width": picture.width, "height": picture.height}
        if picture.width and picture.height
        else {}
    )
    shown = {
        "name": escape(name),
        "save": escape(texts["save"]),
        "title": escape(title),
        "heading": heading,
        "url": escape(picture.url),
        "size": "".join(f' {name}="{size}"' for name, size in sizes.items()),
        "logo": f'<img class="logo" src="{escape(logo)}" alt="">' if logo else "",
    }
    tags = {
        "og:type": "website",
        "og:site_name": name,
        "og:locale": locale.replace("-", "_"),
        "og:title": title,
        "og:image": picture.url,
        **{f"og:image:{name}": str(size) for name, size in sizes.items()},
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
        "twitter:title": title,
        "twitter:image": picture.url,
        "twitter:image:alt": title,
    }
    style = {
        "brand": theme.brand_of(picture.theme.get("primaryColor")).removeprefix("#"),
        "font": theme.font_of(picture.theme.get("fontFamily")),
    }
    query = urlencode({name: value for name, value in style.items() if value})
    body = _PAGE.substitute(
        lang=escape(locale),
        dir=direction_of(locale),
        title=escape(title),
        tags="".join(_tag(name, content) for name, content in tags.items()),
        style=escape(f"?{query}"),
        body=_PICTURE.substitute(shown),
    )
    images = [_origin(each) for each in (picture.url, logo) if each]
    return WebPage(body, "ok", headers=_headers(images))


def gone_page(locale: str) -> WebPage:
    """The page of every address that shows nothing: all the same, and of no event."""
    texts = {name: escape(text) for name, text in texts_of(language_of(locale)).items()}
    title = texts["gone"]
    body = _PAGE.substitute(
        lang=escape(locale),
        dir=direction_of(locale),
        title=title,
        tags="",
        style="",
        body=_GONE.substitute(title=title, why=texts["why_gone"]),
    )
    return WebPage(body, "not_found", status=404, headers=_headers([]))


def style_sheet(query: Mapping[str, str]) -> WebPage:
    """The style sheet for a colour and a font, which its address names."""
    brand = theme.brand_of(f"#{query.get('brand', '')}")
    font = theme.font_of(query.get("font"))
    families = [*([f'"{font}"'] if font else []), "system-ui", "sans-serif"]
    on_brand = theme.text_colour_on(brand)
    body = _STYLE.substitute(brand=brand, on_brand=on_brand, font=", ".join(families))
    headers = {"Cache-Control": "public, max-age=86400"}
    return WebPage(body, "style_sheet", content_type="text/css; charset=utf-8", headers=headers)


@cache
def texts_of(language: str) -> dict[str, str]:
    """The words of the page in a language, with `$name` for the event."""
    import tomllib

    with (TEXTS / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def _tag(name: str, content: str) -> str:
    attribute = "property" if name.startswith("og:") else "name"
    return f'<meta {attribute}="{name}" content="{escape(content)}">\n'


def _headers(images: list[str]) -> dict[str, str]:
    """The page may load pictures from these origins, and talk to the functions.

    Nothing keeps a copy of the page: the picture may end at any time.
    """
    local = " http://127.0.0.1:* http://localhost:*"
    is_local = any(urlsplit(each).hostname in theme.LOCAL_HOSTS for each in images)
    reached = "'self' https://*.googleapis.com https://*.cloudfunctions.net https://*.run.app"
    reached += f" {_RECAPTCHA}"  # for the guest who deletes the picture, with App Check enforced
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {_RECAPTCHA} https://www.gstatic.com/recaptcha/",
        "frame-src": f"{_RECAPTCHA} https://recaptcha.google.com/recaptcha/",
        "style-src": "'self'",
        "img-src": " ".join(["'self'", *dict.fromkeys(images)]),
        "connect-src": " ".join([reached, *dict.fromkeys(images)]) + (local if is_local else ""),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
        "Content-Security-Policy": "; ".join(f"{name} {rule}" for name, rule in rules.items()),
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
