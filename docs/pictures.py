"""Takes the two pictures of the README from the page of the examples.

`make demo test`, then `.venv/bin/python docs/pictures.py demo/report.html`. Needs the test extra and a Chromium of the system;
fonts are those of the machine.
"""

import base64
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "images"
VIEWS = (
    ("report", "", "light", 1010),
    ("report-video", "#video=b06", "dark", 1000),
)
WIDTH, SCALE, QUALITY = 1280, 1.5, 80


def main() -> None:
    """Write `images/report.webp` and `images/report-video.webp`."""
    page = Path(sys.argv[1]).resolve().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address, theme, height in VIEWS:
            context = browser.new_context(viewport={"width": WIDTH, "height": height}, color_scheme=theme)
            tab = context.new_page()
            tab.goto(page + address)
            tab.wait_for_selector("html[data-ready=yes]")
            clip = {"x": 0, "y": tab.evaluate("scrollY"), "width": WIDTH, "height": height, "scale": SCALE}
            asked = {"format": "webp", "quality": QUALITY, "clip": clip}
            taken = context.new_cdp_session(tab).send("Page.captureScreenshot", asked)
            (HERE / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main()
