"""Takes the README's pictures of the page answering questions: `python tests/benchmarks/screenshot.py [FOLDER]`."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

QUESTIONS = ("ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "แล้วเกาหลีใต้ล่ะ", "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ปีใด")
#: Each picture's file, the window's size, its colours, and the questions asked.
PICTURES: tuple[tuple[str, int, int, Any, tuple[str, ...]], ...] = (
    ("screenshot.png", 1280, 840, "light", QUESTIONS),
    ("screenshot-phone.png", 390, 844, "dark", QUESTIONS[2:]),
)


def main(target: Path) -> None:
    """Serves seeds/ on a free port, asks, and writes the pictures."""
    from playwright.sync_api import sync_playwright

    from khamtop.ui.service import Service
    from khamtop.ui.web import launch

    os.chdir(ROOT)  # so that sources read as they do for a user: seeds/...
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder), [Path("seeds")])
        service.rebuild()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = launch(service, port)
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, width, height, colours, questions in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours, locale="th-TH")
            page.goto(f"http://127.0.0.1:{port}")
            for question in questions:
                page.locator(".ask textarea").fill(question)
                page.keyboard.press("Enter")
                page.locator(".turn:last-child .follow-ups .example").first.wait_for()
            page.screenshot(path=target / name)
            print(f"{target / name}: {(target / name).stat().st_size:,} bytes")
            page.close()
        browser.close()
        server.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "ui")
