"""Who may sign in, by HTTP Basic; and whoever guesses passwords, told to wait longer and longer.

Nobody is held meanwhile, and nobody is locked out: whoever signed in from an address goes on there, and another one
there waits a minute at the most.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from khamtop.ui.limits import place_of

Key = TypeVar("Key")
Value = TypeVar("Value")

#: Wrong passwords of one address that cost nothing: people slip. Each further one doubles the wait, up to the longest.
FREE = 5
LONGEST_SECONDS = 60.0
#: After so long without a wrong one an address begins anew.
_FORGOTTEN_SECONDS = 900.0
#: The most addresses, and the most of who signed in, that are remembered; the oldest are forgotten first.
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Guesses:
    """The wrong passwords of one address: how many, the last one's digest, and when it came."""

    wrong: int
    last: bytes
    at: float


class SignIn:
    """Tells who gives a user's name and password; `users` are written "name:password"."""

    def __init__(self, users: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._users = [_normal(user) for user in users]
        self._clock = clock
        self._key = os.urandom(16)
        self._guesses: OrderedDict[str, _Guesses] = OrderedDict()
        self._known: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    @property
    def is_asked_for(self) -> bool:
        """Whether anybody must sign in."""
        return bool(self._users)

    def seconds_to_wait(self, address: str, authorization: str) -> float:
        """How long whoever sends this header from `address` must wait before it is looked at: 0 for most."""
        place = place_of(address)
        guesses = self._guesses.get(place)
        if not authorization or guesses is None or (place, self._digest(authorization)) in self._known:
            return 0.0
        since = self._clock() - guesses.at
        if since > _FORGOTTEN_SECONDS:
            del self._guesses[place]
            return 0.0
        return max(0.0, _seconds_after(guesses.wrong) - since)

    def knows(self, address: str, authorization: str) -> bool:
        """Whether an `Authorization` header holds a user's name and password; a wrong one counts as a guess."""
        given = _given(authorization)
        if given is None:
            return False
        # every user is compared with, so that time tells nothing about any
        matches = [hmac.compare_digest(given, user) for user in self._users]
        if any(matches):
            _remember(self._known, (place_of(address), self._digest(authorization)), None)
            return True
        self._note_guess(place_of(address), self._digest(authorization))
        return False

    def _note_guess(self, place: str, digest: bytes) -> None:
        guesses = self._guesses.get(place) or _Guesses(0, b"", 0.0)
        if digest != guesses.last:  # a page that is open sends an old password again and again
            guesses.wrong += 1
        guesses.last, guesses.at = digest, self._clock()
        _remember(self._guesses, place, guesses)

    def _digest(self, authorization: str) -> bytes:
        return hashlib.blake2b(authorization.encode("utf-8", "replace"), digest_size=16, key=self._key).digest()


def _seconds_after(wrong: int) -> float:
    """The wait after so many wrong passwords."""
    further = min(wrong - FREE, 32)
    return min(LONGEST_SECONDS, 2.0 ** (further - 1)) if further > 0 else 0.0


def _given(authorization: str) -> bytes | None:
    """The "name:password" of a header; None where it holds none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return _normal(base64.b64decode(encoded, validate=True).decode("utf-8"))
    except ValueError:  # no Base64, not even ASCII, or no UTF-8 in it
        return None


def _normal(user: str) -> bytes:
    """Keyboards write one Thai or accented letter in several ways."""
    return unicodedata.normalize("NFC", user).encode()


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
