"""Waits for a page to be up, asks it one question over its API, and fails unless the quotes hold what they must.

python tests/benchmarks/ask_over_http.py http://127.0.0.1:7860 "ใครเป็นนายกรัฐมนตรีญี่ปุ่น" "ฟูมิโอะ คิชิดะ"
"""

import sys
import time
import urllib.error
import urllib.request

from gradio_client import Client

PATIENCE_SECONDS = 180


def main(address: str, question: str, wanted: str) -> None:
    _wait_for(address)
    answer = Client(address, verbose=False).predict(question, api_name="/ask")
    quotes = " ".join(citation["quote"] for citation in answer["citations"])
    print(answer["answer"])
    if wanted not in quotes:
        sys.exit(f"{wanted!r} does not stand in the quotes: {quotes!r}")


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > deadline:
                sys.exit(f"nothing answers at {address}")
            time.sleep(0.5)


if __name__ == "__main__":
    main(*sys.argv[1:])
