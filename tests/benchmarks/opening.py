"""How long `khamtop serve` takes on an index that is there, from the start of its process to the page in a browser.

    python tests/benchmarks/opening.py [ARTICLES]

ARTICLES are those of seeds/ if none are given. Needs a Chromium ($CHROMIUM, or on the path), which is running
already, as a reader's is. The table replaces the one between the marks in `RESULTS.md`.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import results
from playwright.sync_api import Browser, sync_playwright

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder

SEEDS = Path(__file__).parents[2] / "seeds"
RUNS = 5
COLUMNS = ("run", "says it is starting s", "served s", "first screen s", "server's CPU s", "load of the machine")


def main() -> None:
    articles = Path(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        index = Path(folder) / "index"
        build([articles], index, load_encoder())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        runs = [once(index, articles, browser) for _ in range(RUNS)]
        browser.close()
    rows: list[list[object]] = [[number, *run] for number, run in enumerate(runs, start=1)]
    rows.append(["median", *(statistics.median(column) for column in zip(*runs, strict=True))])
    results.write("opening", COLUMNS, rows)


def once(index: Path, articles: Path, browser: Browser) -> tuple[float, float, float, float, float]:
    """One start; seconds since it, but for the last two."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    page = browser.new_context(locale="th-TH").new_page()
    program = ["-c", "from khamtop.ui.cli import main; main()", "serve", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *program, "--index", str(index), "--articles", str(articles)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(address, any_answer=True)
        starting = time.perf_counter() - began
        wait_for(address)
        served = time.perf_counter() - began
        page.goto(address)
        page.wait_for_selector(".example")
        shown = time.perf_counter() - began
        times = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        page.context.close()
        process.terminate()
        process.wait()
    return starting, served, shown, cpu, os.getloadavg()[0]


def wait_for(address: str, any_answer: bool = False) -> None:
    """Waits for the page, or for anything that answers in its place."""
    while True:
        try:
            if httpx.get(address, timeout=60).is_success or any_answer:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)


if __name__ == "__main__":
    main()
