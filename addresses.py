"""Addresses that people set: how they may be spelled, what kind of place an IP address is, and which may be opened.

It opens nothing and asks no name server; `outbound` does, and asks this module about every address that it was told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import idna

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Place = Literal["public", "private", "never"]

LONGEST_URL = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}
# What clouds tell the machines in them, keys included. The link-local ones are closed with their networks.
METADATA_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "metadata.packet.net",
        "metadata.platformequinix.com",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",  # Alibaba's metadata, within the shared network
        "168.63.129.16/32",  # Azure's host, which looks public
        "169.254.0.0/16",  # link-local: most clouds' metadata
        "192.0.0.0/24",  # Oracle's metadata is in here
        "192.88.99.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "fd00:42::42/128",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
    )
)
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_WITH_IPV4_INSIDE = tuple(IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
_UNPLAIN = re.compile(r"[\s\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")


class RefusedAddressError(Exception):
    """An address that is not opened: `what` is a clause without a full stop, `todo` an imperative one."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}: {todo}.")
        self.what, self.todo = what, todo


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, taken apart once: nothing reads its text again. `host` is plain ASCII, without brackets or a final dot."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def literal(self) -> IP | None:
        """The host, where it is an IP address."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of OUTBOUND_PRIVATE: a network, or a host by name; at one port, or at all."""

    networks: tuple[Network, ...] = ()
    host: str = ""
    port: int | None = None

    def covers(self, address: Address, place: IP) -> bool:
        if self.port is not None and self.port != address.port:
            return False
        return self.host == address.host if self.host else any(place in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which private addresses may be opened: all of them, or those allowed by name. Public ones may, some may never."""

    allows_all: bool = False
    allowed: tuple[Allowed, ...] = ()

    def check(self, address: Address, places: Iterable[IP]) -> None:
        """Raises RefusedAddressError when any of the places that a name stands for may not be opened."""
        if address.host in METADATA_NAMES:
            raise _never(address, "")
        for place in places:
            kind, meant = place_of(place)
            shown = "" if str(place) == address.host else f" ({place})"
            if kind == "never":
                raise _never(address, shown)
            if kind == "private" and not self._allows(address, meant):
                raise RefusedAddressError(
                    f"The address {address} is inside a private network{shown}, which this server does not open",
                    "use a public address, or ask whoever runs this server to allow it in OUTBOUND_PRIVATE",
                )

    def check_spelled(self, address: Address) -> None:
        """`check`, as far as it can be told without asking a name server."""
        literal = address.literal
        is_here = address.host == "localhost" or address.host.endswith(".localhost")
        self.check(address, [literal] if literal else [IPv4Address("127.0.0.1")] if is_here else [])

    def _allows(self, address: Address, place: IP) -> bool:
        return self.allows_all or any(rule.covers(address, place) for rule in self.allowed)

    @classmethod
    def of(cls, text: str) -> Policy:
        """What OUTBOUND_PRIVATE says: entries between commas, or `none`. Raises ValueError with the first that is neither."""
        said = [part.strip() for part in text.split(",") if part.strip()]
        return cls(allowed=() if said == ["none"] else tuple(parse_allowed(part) for part in said))


PUBLIC_ONLY = Policy()
OWN_MACHINE = Policy(allows_all=True)
"""For somebody who sits at the machine and could open its network without Dayloom."""


def parse_address(url: str) -> Address:
    """The parts of a URL. Raises RefusedAddressError for whatever programs read differently: odd numbers, names in it, ..."""
    if len(url) > LONGEST_URL or _UNPLAIN.search(url):
        raise _unplain(url, "has signs that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise _unplain(url, "cannot be read") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise _unplain(url, "is none of a web server")
    if "@" in parts.netloc:
        raise _unplain(url, "has a name or a password in it")
    if port == 0:
        raise _unplain(url, "has no port that can be opened")
    target = parts.path or "/"
    plain = _plain_host(host, is_bracketed="[" in parts.netloc)
    if plain is None or not target.isascii():
        raise _unplain(url, "is not spelled plainly")
    return Address(
        parts.scheme, plain, port or DEFAULT_PORTS[parts.scheme], f"{target}?{parts.query}" if parts.query else target
    )


def parse_allowed(text: str) -> Allowed:
    """One entry of OUTBOUND_PRIVATE: `ollama:11434`, `localhost`, `192.168.1.0/24`, `[fd00::5]:8000`. Raises ValueError."""
    bare = text.strip().lower()
    try:
        return Allowed(networks=(ip_network(bare),))
    except ValueError:
        pass
    try:
        parts = urlsplit(f"//{bare}")
        port = parts.port
    except ValueError:
        raise _unlisted(text) from None
    host = _plain_host(parts.hostname or "", is_bracketed="[" in parts.netloc)
    if host is None or "@" in bare or parts.path or parts.query or parts.fragment:
        raise _unlisted(text)
    if host == "localhost":
        return Allowed(networks=_LOOPBACK, port=port)
    try:
        return Allowed(networks=(ip_network(host),), port=port)
    except ValueError:
        return Allowed(host=host, port=port)


def is_here(host: str) -> bool:
    """Whether a host is this machine, by its name or its number: no network lies between."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def has_port(url: SplitResult) -> bool:
    """Whether the port of an address is one, or left out."""
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def place_of(place: IP) -> tuple[Place, IP]:
    """What kind of place an address is, and the IPv4 address that an IPv6 one stands for, where it does."""
    meant = _unwrapped(place)
    if any(meant in network for network in _NEVER):
        return "never", meant
    if any(meant in network for network in _PRIVATE):
        return "private", meant
    if isinstance(meant, IPv6Address):
        is_public = meant in _GLOBAL_6 and not any(meant in network for network in _SPECIAL_6)
    else:
        is_public = meant.is_global
    return ("public" if is_public else "never"), meant


def _unwrapped(place: IP) -> IP:
    if isinstance(place, IPv6Address):
        if place.scope_id is not None:  # an interface of this machine: never anybody else's
            return IPv6Address("::")
        if int(place) > 1 and any(place in network for network in _WITH_IPV4_INSIDE):
            return IPv4Address(int(place) & 0xFFFFFFFF)
    return place


def _plain_host(host: str, *, is_bracketed: bool) -> str | None:
    """The host in its one plain spelling; None for one that has several, or none."""
    if is_bracketed:
        try:
            return str(IPv6Address(host)) if "%" not in host else None
        except ValueError:
            return None
    try:
        name = idna.encode(host, uts46=True).decode().lower() if not host.isascii() else host.lower()
    except (idna.IDNAError, UnicodeError):
        return None
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        return None
    if _NUMBER.match(labels[-1]):  # 127.1, 0x7f000001, 0177.0.0.1: a number to some programs, a name to others
        try:
            return str(IPv4Address(name))
        except ValueError:
            return None
    return name


def _unlisted(text: str) -> ValueError:
    return ValueError(f"lists places such as localhost:11434, 192.168.1.0/24; not {text[:100]}")


def _never(address: Address, shown: str) -> RefusedAddressError:
    return RefusedAddressError(
        f"The address {address}{shown} is one that no server may open for somebody", "give the address of a model's server"
    )


def _unplain(url: str, why: str) -> RefusedAddressError:
    return RefusedAddressError(
        f"The address {url[:200]!r} {why}", "write http(s)://name/path, such as http://127.0.0.1:11434/v1"
    )
