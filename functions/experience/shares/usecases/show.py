"""The page at a short address, for everybody who has it."""

from experience.locales.choice import chosen_locale, wanted_locales
from experience.shares.models import page
from experience.shares.usecases.read import find_shared_picture
from experience.web_pages import PageRequest, WebPage

STYLE_SHEET = "style.css"
"""The page's style sheet, at `/s/style.css`; no share has this id."""


def show_share(request: PageRequest) -> WebPage:
    """The page at `/s/{id}`, in the language of whoever opens it, or its style sheet.

    The language is that of `?lang`, of the browser, or of the picture's project. Three reads for
    the page, as `find_shared_picture`; none for the style sheet, which derives from its address, so
    that every cache may keep it.
    """
    name = request.path.rpartition("/")[2]
    if name == STYLE_SHEET:
        return page.style_sheet(request.query)
    picture = find_shared_picture(name)
    wanted = wanted_locales(request.query.get("lang"), request.accept_language)
    locale = chosen_locale(wanted, picture.locales if picture else ())
    return page.picture_page(picture, locale) if picture else page.gone_page(locale)
