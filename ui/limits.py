"""How many calls a minute each caller may make: a bucket that fills as time goes by, and that every call takes from."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: The most callers that are remembered. Who called longest ago is forgotten first: that bucket has filled most.
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Bucket:
    """The calls that are left, as of a moment."""

    left: float
    at: float


class Limits:
    """Counts the calls of each caller; from one thread alone."""

    def __init__(self, calls_a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """So many calls a minute for each caller, all of them at once if it must be; 0 for no limit."""
        self._most = calls_a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> float:
        """Takes one call of a caller's: 0, or the seconds until there is one to take."""
        if not self._most:
            return 0.0
        bucket = self._filled(caller)
        if bucket.left >= 1:
            bucket.left -= 1
            return 0.0
        return (1 - bucket.left) * 60 / self._most

    def _filled(self, caller: str) -> _Bucket:
        """The bucket of a caller as it is now."""
        now = self._clock()
        bucket = self._buckets.setdefault(caller, _Bucket(self._most, now))
        bucket.left = min(self._most, bucket.left + (now - bucket.at) * self._most / 60)
        bucket.at = now
        self._buckets.move_to_end(caller)
        while len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket


def place_of(address: str) -> str:
    """What counts as one caller: an address, or the network of 64 bits that one home has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
