"""The page at a short address, for everybody who has it."""

from experience.shares.models import page
from experience.shares.usecases.read import find_shared_picture
from experience.web_pages import WebPage

STYLE_SHEET = "style.css"
"""The page's style sheet, at `/s/style.css`; no share has this id."""


def show_share(path: str, query: dict[str, str]) -> WebPage:
    """The page at `/s/{id}`, or its style sheet.

    Three reads for the page, as `find_shared_picture`; none for the style sheet, which derives from
    its address, so that every cache may keep it.
    """
    name = path.rpartition("/")[2]
    if name == STYLE_SHEET:
        return page.style_sheet(query)
    picture = find_shared_picture(name)
    return page.picture_page(picture) if picture else page.gone_page()
