"""The one way out to addresses that people set: whatever is opened for somebody is opened here.

The name is resolved once, every address that it stands for is checked, and the connection goes to one of those: no name server
can answer otherwise between the check and the use. Redirects are answers like any other, and proxies of the environment are not
asked. It knows nothing of what is sent.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import httpcore

from addresses import IP, PUBLIC_ONLY, Address, Policy, parse_address

LARGEST_ANSWER = 16 * 2**20
CONNECT_SECONDS = 10.0

Resolve = Callable[[str, int], Awaitable[Sequence[IP]]]
SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class UnreachableError(Exception):
    """Nobody answered, or not in HTTP."""


class TooLargeError(Exception):
    """The answer has more bytes than are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body in pieces. Names of headers are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: AsyncIterator[bytes]

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)


async def resolve(host: str, port: int) -> Sequence[IP]:
    """The addresses that this machine's resolver has for a name. Raises UnreachableError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{host} is not known: {error}") from error
    return list(dict.fromkeys(ip_address(info[4][0]) for info in found))


class Outbound:
    """A client with a policy, for answers of at most `largest` bytes. It keeps no connection: each request has its own."""

    def __init__(self, policy: Policy = PUBLIC_ONLY, resolve: Resolve = resolve, largest: int = LARGEST_ANSWER) -> None:
        self.policy = policy
        self._resolve, self._largest = resolve, largest

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", seconds: float
    ) -> AsyncIterator[Answer]:
        """Send a request and read its answer, at most `seconds` between two pieces.

        The deadline of the whole is the caller's. Raises RefusedAddressError before anything is sent, UnreachableError,
        and TooLargeError from its pieces.
        """
        address = parse_address(url)
        target = httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
        backend = _Checked(address, self.policy, self._resolve)
        waits = {"connect": min(seconds, CONNECT_SECONDS), "read": seconds, "write": seconds, "pool": seconds}
        sent = [("Host", address.authority), *headers]
        try:
            async with (
                httpcore.AsyncConnectionPool(ssl_context=_trust(address.scheme), network_backend=backend) as pool,
                pool.stream(method, target, headers=sent, content=body, extensions={"timeout": waits}) as response,
            ):
                known = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
                yield Answer(response.status, known, _bounded(response.aiter_stream(), self._largest))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise UnreachableError(f"{address} does not answer: {error or type(error).__name__}") from error


class _Checked(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses alone; TLS still proves the name."""

    def __init__(self, address: Address, policy: Policy, resolve: Resolve) -> None:
        self._address, self._policy, self._resolve = address, policy, resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        places = await self._places(timeout)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for place in places:
            try:
                return await self._network.connect_tcp(str(place), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _places(self, seconds: float | None) -> Sequence[IP]:
        """What the name stands for now, all of it allowed."""
        self._policy.check_spelled(self._address)
        if literal := self._address.literal:
            return [literal]
        try:
            async with asyncio.timeout(seconds):
                places = await self._resolve(self._address.host, self._address.port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("its name was not resolved in time") from None
        self._policy.check(self._address, places)
        return places


@functools.cache
def _trust(scheme: str) -> ssl.SSLContext | None:
    """The authorities that this machine trusts, as SSL_CERT_FILE may say; reading them takes 20 ms."""
    return ssl.create_default_context() if scheme == "https" else None


async def _bounded(chunks: AsyncIterator[bytes], largest: int) -> AsyncIterator[bytes]:
    """The pieces, as long as there are not too many bytes."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise TooLargeError(f"The answer has more than {largest} bytes")
        yield chunk
