"""The names that a page is reached by: read from headers, and told from names that lead here from elsewhere.

A page of another site may give its own name this machine's address (DNS rebinding); a browser then takes what is
served here for a part of that site. Such a name is always one that somebody can own in the public DNS.
"""

from __future__ import annotations

import ipaddress
import re
import socket

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Stands for every name.
ANY = "*"

#: A name or an IPv4 address, or an IPv6 address in brackets; and a port.
_NETLOC = re.compile(r"(?:([a-z0-9._-]{1,253})|\[([0-9a-f:.]{2,45})\])(?::(\d{1,5}))?", re.IGNORECASE | re.ASCII)
_LARGEST_PORT = 65535
#: Names that nobody owns in the public DNS (RFC 6762, 8375; ICANN's `internal`; what routers give out).
_LOCAL_ENDINGS = (".local", ".localhost", ".internal", ".home.arpa", ".lan", ".home")


def host_of(netloc: str) -> str | None:
    """The name or address of a `Host` header or of an address's host and port; None for what is none.

    >>> host_of("News.Example.:8000"), host_of("[::1]:80"), host_of("[")
    ('news.example', '::1', None)
    """
    match = _NETLOC.fullmatch(netloc)
    if match is None or int(match[3] or 0) > _LARGEST_PORT:
        return None
    if match[2]:
        return match[2].lower() if is_address(match[2]) else None
    return match[1].lower().removesuffix(".") or None


def named(host: str) -> str | None:
    """A host as somebody names it on the command line, as a browser sends it; None for what is none."""
    try:
        sent = host.strip().encode("idna").decode("ascii") if not host.isascii() else host.strip()
    except UnicodeError:
        return None
    return ANY if sent == ANY else host_of(f"[{sent}]" if sent.count(":") > 1 and "[" not in sent else sent)


def is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_local(host: str) -> bool:
    """Whether no other site can have that name: an address, this machine's own name, one of the local network."""
    return is_address(host) or "." not in host or host.endswith(_LOCAL_ENDINGS) or host == socket.gethostname().lower()
