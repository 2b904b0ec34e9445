"""The browser that other tests look through."""

from helpers.browser import keep_picture, open_page


def test_browser_shows_a_page_and_keeps_a_picture():
    """A page is rendered, its text can be read and a picture of it is kept."""
    with open_page(400, 300) as page:
        page.set_content("<h1>Digits</h1>")
        assert page.inner_text("h1") == "Digits"
        picture = keep_picture(page, "browser")
    assert picture.read_bytes().startswith(b"\x89PNG")
