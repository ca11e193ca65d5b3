"""GET /page/VERSION/NAME.js: the page's scripts, each an ES module of `page/`.

They are read once, when the page is made: what a request names is looked up among them, and never becomes a
path. VERSION is a digest of them all, so that a browser may keep what it has for as long as it likes.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

#: A year. Only the browser keeps them, as they may stand behind a password.
_HEADERS = {"cache-control": "private, max-age=31536000, immutable"}


class Modules:
    """The scripts of a folder."""

    def __init__(self, folder: Path) -> None:
        self._bodies = {path.name: path.read_bytes() for path in sorted(folder.glob("*.js"))}
        digest = sha256()
        for name, body in self._bodies.items():
            digest.update(f"{name} {len(body)}\n".encode() + body)
        self._version = digest.hexdigest()[:16]

    def addresses(self) -> list[str]:
        """Where they are served, as the page's own address has it."""
        return [self.address(name) for name in self._bodies]

    def address(self, name: str) -> str:
        """Where one of them is served, as the page's own address has it."""
        return f"page/{self._version}/{name}"

    async def endpoint(self, request: Request) -> Response:
        """Answers a request for one of them."""
        body = self._bodies.get(request.path_params["name"])
        if body is None or request.path_params["version"] != self._version:
            return Response(status_code=404)
        return Response(body, media_type="text/javascript", headers=_HEADERS)
