"""Addresses as they are spelled, the places that they are, and the client that opens what it has checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest

from addresses import IP, OWN_MACHINE, PUBLIC_ONLY, Policy, RefusedAddressError, parse_address, parse_allowed, place_of
from config import Settings
from outbound import Outbound, TooLargeError, UnreachableError
from tests.support.stage import BareSettings

LOCALHOST = [ip_address("127.0.0.1")]


class TestParse:
    @pytest.mark.parametrize(
        ("url", "parts"),
        [
            ("http://Example.org", ("http", "example.org", 80, "/")),
            ("https://example.org./v1?a=b#c", ("https", "example.org", 443, "/v1?a=b")),
            ("HTTP://[2001:DB8:0::1]:8000/v1", ("http", "2001:db8::1", 8000, "/v1")),
            ("https://bücher.example/v1", ("https", "xn--bcher-kva.example", 443, "/v1")),
            ("http://１２７.０.０.１:11434/v1", ("http", "127.0.0.1", 11434, "/v1")),
            ("http://my_ollama:11434", ("http", "my_ollama", 11434, "/")),
        ],
    )
    def test_plain(self, url: str, parts: tuple[str, str, int, str]) -> None:
        found = parse_address(url)
        assert (found.scheme, found.host, found.port, found.target) == parts

    @pytest.mark.parametrize("url", ["", "example.org", "http://" + "a" * 64, "http://a..b", "http://-a/", "http://exa mple/"])
    def test_none(self, url: str) -> None:
        with pytest.raises(RefusedAddressError, match="write http"):
            parse_address(url)


class TestPolicy:
    @pytest.mark.parametrize(
        ("place", "kind"),
        [
            *((text, "public") for text in ("1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1")),
            *((text, "private") for text in ("10.1.2.3", "127.9.9.9", "100.64.1.1", "fd12::1", "::1", "::ffff:192.168.1.1")),
            *((text, "never") for text in ("169.254.1.1", "fe80::1", "ff02::1", "0.0.0.0", "::", "240.0.0.1", "203.0.113.1")),
            *((text, "never") for text in ("100.100.100.200", "fd00:ec2::254", "2002:7f00:1::", "64:ff9b:1::1", "fec0::1")),
        ],
    )
    def test_places(self, place: str, kind: str) -> None:
        assert place_of(ip_address(place))[0] == kind

    @pytest.mark.parametrize(
        ("rule", "url", "place", "is_allowed"),
        [
            ("ollama:11434", "http://ollama:11434/v1", "172.18.0.5", True),
            ("ollama:11434", "http://ollama:5432/v1", "172.18.0.5", False),
            ("ollama", "http://database/", "172.18.0.5", False),
            ("ollama", "http://ollama/", "169.254.169.254", False),
            ("172.18.0.0/16", "http://database/", "172.18.0.5", True),
            ("172.18.0.0/16", "http://database/", "172.19.0.5", False),
            ("localhost:11434", "http://127.0.0.1:11434/", "127.0.0.1", True),
            ("localhost:11434", "http://localhost:11434/", "::1", True),
            ("localhost:11434", "http://127.0.0.1:8081/", "127.0.0.1", False),
            ("[fd00::5]:80", "http://[fd00::5]/", "fd00::5", True),
            ("169.254.0.0/16", "http://169.254.169.254/", "169.254.169.254", False),
        ],
    )
    def test_allowed(self, rule: str, url: str, place: str, is_allowed: bool) -> None:
        policy, address = Policy(allowed=(parse_allowed(rule),)), parse_address(url)
        if is_allowed:
            policy.check(address, [ip_address(place)])
        else:
            with pytest.raises(RefusedAddressError):
                policy.check(address, [ip_address(place)])

    @pytest.mark.parametrize("rule", ["http://ollama", "10.0.0.0/33", "a b", "*", "host:port", "ada@host", "10.0.0.1/8/9"])
    def test_rules_that_are_none(self, rule: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the settings give it words
            parse_allowed(rule)

    @pytest.mark.parametrize(
        ("values", "policy"),
        [
            ({}, OWN_MACHINE),
            ({"outbound_private": "none"}, PUBLIC_ONLY),
            ({"auth": "accounts"}, PUBLIC_ONLY),
            ({"host": "0.0.0.0", "allow_remote": True}, PUBLIC_ONLY),
            ({"auth": "accounts", "outbound_private": "ollama"}, Policy(allowed=(parse_allowed("ollama"),))),
        ],
    )
    def test_who_may_what(self, values: dict[str, object], policy: Policy) -> None:
        settings: Settings = BareSettings.model_validate(values)
        assert settings.outbound == policy


class TestClient:
    async def test_the_checked_address_is_the_one_that_is_opened(self) -> None:
        """A name that stands for another place each time it is asked: asked once, and opened where it was checked."""
        asked: list[str] = []

        async def changing(host: str, port: int) -> Sequence[IP]:
            asked.append(host)
            return LOCALHOST if len(asked) == 1 else [ip_address("127.0.0.2")]

        async with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as (port, heads):
            status, body = await fetched(Outbound(OWN_MACHINE, changing), f"http://rebind.example:{port}/v1")
        assert (status, body, asked) == (200, b"ok", ["rebind.example"])
        assert f"host: rebind.example:{port}\r\n" in heads[0].lower()

    async def test_one_bad_place_of_many_closes_the_name(self) -> None:
        async def both(host: str, port: int) -> Sequence[IP]:
            return [ip_address("1.1.1.1"), ip_address("169.254.169.254")]

        with pytest.raises(RefusedAddressError, match=r"169\.254\.169\.254"):
            await fetched(Outbound(OWN_MACHINE, both), "http://both.example/")

    async def test_the_next_place_is_tried(self) -> None:
        async def two(host: str, port: int) -> Sequence[IP]:
            return [ip_address("127.0.0.3"), *LOCALHOST]

        async with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, _):
            assert (await fetched(Outbound(OWN_MACHINE, two), f"http://two.example:{port}/"))[0] == 204

    async def test_too_much_is_not_read(self) -> None:
        async with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901") as (port, _):
            with pytest.raises(TooLargeError):
                await fetched(Outbound(OWN_MACHINE, largest=10), f"http://127.0.0.1:{port}/")

    @pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nless"])
    async def test_no_answer(self, answer: bytes) -> None:
        async with serving(answer) as (port, _):
            with pytest.raises(UnreachableError):
                await fetched(Outbound(OWN_MACHINE), f"http://127.0.0.1:{port}/")

    async def test_silence(self) -> None:
        async with serving(None) as (port, _):
            with pytest.raises(UnreachableError):
                await fetched(Outbound(OWN_MACHINE), f"http://127.0.0.1:{port}/", seconds=0.05)


async def fetched(client: Outbound, url: str, seconds: float = 5) -> tuple[int, bytes]:
    async with client.stream("GET", url, seconds=seconds) as answer:
        return answer.status, b"".join([chunk async for chunk in answer.chunks])


@asynccontextmanager
async def serving(answer: bytes | None) -> AsyncIterator[tuple[int, list[str]]]:
    """A server that says one thing to everybody, or nothing at all; and the requests that it got."""
    heads: list[str] = []
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if answer is None:
            await over.wait()
        writer.write(answer or b"")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heads
        over.set()
