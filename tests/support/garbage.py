"""What hurts: texts, numbers, days and ids at and beyond their edges, and bodies that are not what they say they are."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Sequence
from urllib.parse import quote, quote_from_bytes

Pairs = Sequence[tuple[str, str]]
"""Names and values as they are sent, repeated ones too; lone surrogates go as the bytes that they would be."""
SIGNS = (
    *("", " ", "\0", "a\0b", "\x1b[31m\x07", "\ud800", "x\udfffy", "\ufffe\uffff", "\u202ea\u2066b", "\u200f", "\ufeff"),
    *("مهمة غدا", "😀" * 40, "e" + "\u0301" * 60, "ß", "İ", "a\r\nSet-Cookie: b=c", "\t\n\v\f", "\u2028", "\U0010ffff"),
    *("<script>alert(1)</script>", "{{ 7*7 }}", "' OR 1=1 --", "%", "%s%n", "%00", "\\", "../../etc/passwd", "//evil.example"),
    *("javascript:alert(1)", "http://[", "http://127.0.0.1:9", "a@b", "@", "eve@example.org", "ada@example.org\n"),
)
NUMBERS = (
    *("-1", "0", "1", "2", "3", "1.5", "+1", " 1 ", "1_0", "1e9", "1e999", "nan", "inf", "-0", "0x1", "٣", "²", "½", "১"),
    *(str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(10**30), "9" * 5_000, "1,2,3", "1;2", "true", "on", "off"),
)
TIMES = (
    *(
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "2026-11-24",
        "2026-11-23",
        "20261124",
        "2026-W48-2",
        "2099-12-31",
        "0000-00-00",
    ),
    *("0001-01-01T00:00", "9999-12-31T23:59", "2026-11-24T09:00", "2026-11-24T10:30", "2026-03-29T02:30", "2026-10-25T02:30"),
    *("2026-11-24T09:00+14:00", "2026-11-24T09:00Z", "9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00", "2026-11-24T24:00"),
    *("2026-11-24T08:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", "0001-01-01T00:00:00-23:59", "2026-11-24T09:00+23:59"),
    *("24:00", "25:00", "-1:00", "09:60", "09:00", "17:30", "9", "09:00:00.5", "week", "month", "day", "next", "Europe/Paris"),
)
LINES = (
    *("tomorrow 9am 2h every 2 seconds", "in 999999999999999999 years", "every 99999999 days", "Rest 99999999999h by 30 Feb"),
    *("every day until 9999-12-31", "on 31.12.9999 at 23:59", "yesterday 99 weeks ago", "at 25:99", "#1 after #2 after #1"),
    *("Write 2h by Friday", "every Friday", "start task 1", "move everything to 9999-12-31", "what if I take 0001-01-01 off?"),
)
DOCUMENTS = (
    *("null", "[]", "{}", "[[]]", '{"a":1}', '"x"', "[" * 100_000, '{"operations":' * 5_000, "[1e999]", '["\\ud800"]'),
    *('["\\ud800","info",null,null]', '{"state":"\\ud800","nonce":"n","verifier":"v","wanted":"\\ud800"}'),
    *(
        '[{"kind":"complete","task_id":1}]',
        '[{"kind":"complete","task_id":1e30}]',
        '[{"op":"delete","ids":[1e99]}]',
    ),
)
TEXTS = (*SIGNS, *NUMBERS, *TIMES, *LINES, *DOCUMENTS)
PLACES = (
    *(
        "0",
        "-1",
        "x",
        "1e3",
        "+1",
        "1.0",
        "999",
        str(2**63 - 1),
        str(2**63),
        str(10**30),
        "9" * 5_000,
        "%00",
        "%ED%A0%80",
        "%FF",
    ),
    *("%D9%A3", "%C2%B2", "%20", "%0A", "..", "%2e%2e", "1;2", "null", "%F0%9F%98%80", "a" * 3_000),
)
"""Ids and words in a path, as they stand in an address."""
CHARSETS = ("utf-8", "utf-7", "utf-16", "latin-1", "unicode_escape", "idna", "punycode", "undefined", "hex", "none-such")
URLENCODED = "application/x-www-form-urlencoded"


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def odd_headers(chance: random.Random, cookies: Sequence[str]) -> dict[str, str]:
    """What a browser sends beside the form: one of the cookies, and words that are meant for htmx and for streams."""
    text = chance.choice(TEXTS)
    packed = base64.urlsafe_b64encode(as_bytes(text)[:3_000]).decode()
    plain = quote(as_bytes(text)[:3_000])
    return {
        "Cookie": f"{chance.choice(cookies)}={chance.choice((packed, plain))}",
        "HX-Target": plain,
        "Last-Event-ID": plain,
        "User-Agent": plain,
    }


def encoded(pairs: Pairs) -> str:
    """For an address, or a body of that kind."""
    return "&".join(f"{quote_from_bytes(as_bytes(name))}={quote_from_bytes(as_bytes(value))}" for name, value in pairs)


def multipart(pairs: Pairs, charset: str | None = None, file_of: str | None = None) -> tuple[str, bytes]:
    """As a form with files sends it; `file_of` is the name that comes as a file."""
    lines = []
    for name, value in pairs:
        written = quote(as_bytes(name), safe=" []-_")
        kind = '; filename="x.txt"\r\nContent-Type: text/plain' if name == file_of else ""
        lines.append(b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n')
        lines[-1] %= (written.encode(), kind.encode(), as_bytes(value))
    return f"multipart/form-data; boundary=edge{f'; charset={charset}' if charset else ''}", b"".join(lines) + b"--edge--\r\n"


def odd_body(chance: random.Random, pairs: Pairs) -> tuple[str | None, bytes]:
    """A content type and a body that do not fit each other, or nothing."""
    whole = encoded(pairs).encode()
    name = pairs[0][0] if pairs else "text"
    odd: list[tuple[str | None, bytes]] = [
        (None, whole),
        ("", whole),
        ("text/plain", whole),
        ("application/json", json.dumps(dict(pairs)).encode()),
        (f"{URLENCODED}; charset={chance.choice(CHARSETS)}", whole),
        (URLENCODED, whole + b"&%zz=%f&=&&&x&=y"),
        (URLENCODED, as_bytes(f"{name}=") + bytes(range(256))),
        (URLENCODED, b"&".join(b"x%d=" % number for number in range(1_001))),
        (URLENCODED, as_bytes(f"{name}={'1' * 2**20}")),
        multipart(pairs, file_of=name),
        multipart(pairs, file_of="none", charset=chance.choice(CHARSETS)),
        multipart([(name, "+2AA- \\ud800 xn--\u0fff"), *pairs], charset=chance.choice(CHARSETS)),
        multipart([(name, "1" * (2**20 + 1)), *pairs]),
        multipart([(f"x{number}", "") for number in range(1_001)]),
        ("multipart/form-data", multipart(pairs)[1]),
        ("multipart/form-data; boundary=edge", multipart(pairs)[1][:-9]),
        ("multipart/form-data; boundary=edge", b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n"),
        ("multipart/form-data; boundary=edge", whole),
    ]
    return chance.choice(odd)
