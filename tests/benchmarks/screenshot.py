"""Takes the README's picture of the page answering a question: `python tests/benchmarks/screenshot.py [FILE]`."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

QUESTIONS = ("ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "แล้วเกาหลีใต้ล่ะ", "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ปีใด")
#: The width of a small desk.
VIEWPORT = {"width": 1280, "height": 720}


def main(target: Path) -> None:
    """Serves seeds/ on a free port, asks, and writes the picture."""
    from playwright.sync_api import sync_playwright

    from ui.service import Service
    from ui.web import launch

    os.chdir(ROOT)  # so that sources read as they do for a user: seeds/...
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder), [Path("seeds")])
        service.rebuild()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        blocks = launch(service, port=port, block=False)
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=VIEWPORT, color_scheme="light")
        page.goto(f"http://127.0.0.1:{port}")
        for question in QUESTIONS:
            page.get_by_role("textbox").fill(question)
            page.keyboard.press("Enter")
            page.wait_for_selector(".turn:last-child .marker")
        page.screenshot(path=target)
        browser.close()
        blocks.close(verbose=False)
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "ui" / "screenshot.png")
