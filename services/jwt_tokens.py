"""Signed tokens (JWT, HS256): making them and believing them; no database. Whoever shares the secret may make them too.

A token says `sub` (the person's id as text), `aud` "dayloom", `typ` "access" or "refresh", `jti`, `iat`, `exp`, and perhaps
`scope` ("read", "write" or "admin"; all that the person may do when it says nothing).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import jwt

from config import Settings
from models import Grant
from services.secret_keys import secret_keys

Kind = Literal["access", "refresh"]
ACCESS: Kind = "access"
REFRESH: Kind = "refresh"
AUDIENCE = "dayloom"
ALGORITHM = "HS256"
REQUIRED = ["sub", "aud", "typ", "jti", "iat", "exp"]
LEEWAY_SECONDS = 30
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says that is believed."""

    user_id: int
    jti: str
    grant: Grant = Grant.ADMIN


def make(settings: Settings, user_id: int, kind: Kind, jti: str, now: datetime, expires_at: datetime) -> str:
    """A signed token."""
    times = {"iat": int(now.timestamp()), "exp": int(expires_at.timestamp())}
    claims = {"sub": str(user_id), "aud": AUDIENCE, "typ": kind, "jti": jti, **times}
    return jwt.encode(claims, _keys(settings)[0], ALGORITHM)


def read(settings: Settings, token: str, kind: Kind, now: datetime) -> Claims | None:
    """What the token says, or None when it is not ours, not of that kind, not whole, or not of this time."""
    if len(token) > LONGEST or not token.isascii():
        return None
    said = _signed(token, tuple(_keys(settings)))
    if said is None:
        return None
    scope, subject, jti = said.get("scope", Grant.ADMIN.value), said["sub"], said["jti"]
    is_subject = isinstance(subject, str) and subject.isascii() and subject.isdecimal() and len(subject) < 19
    is_whole = is_subject and said["typ"] == kind and isinstance(jti, str) and bool(jti) and scope in [*Grant]
    return Claims(int(subject), jti, Grant(scope)) if is_whole and _is_timely(said, now.timestamp()) else None


@lru_cache(maxsize=1024)
def _signed(token: str, keys: tuple[bytes, ...]) -> Mapping[str, Any] | None:
    """What is signed with one of the keys, whenever. Remembered, since a program sends the same token for ten minutes, and to
    look at it costs a twentieth of a list."""
    # Times are compared with the clock of the application, which is not the library's, and each time.
    options: Any = {"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, options=options)
        except jwt.InvalidTokenError:
            continue
    return None


def _is_timely(said: Mapping[str, Any], now: float) -> bool:
    times = {name: said[name] for name in ("iat", "nbf", "exp") if name in said}
    if any(isinstance(at, bool) or not isinstance(at, int | float) for at in times.values()):
        return False
    return now < times["exp"] and all(times.get(name, now) <= now + LEEWAY_SECONDS for name in ("iat", "nbf"))


def _keys(settings: Settings) -> list[bytes]:
    """JWT_SECRET, or keys of its own that are made of SECRET_KEY and those before it; at least 32 bytes each (RFC 7518, 3.2).

    The first one signs. What was signed before SECRET_KEY was changed stays valid as long as the former key is listed.
    """
    shared = settings.jwt_secret.get_secret_value()
    if shared:
        return [shared.encode()]
    return [hmac.digest(key.encode(), b"dayloom signed tokens", hashlib.sha256) for key in secret_keys(settings)]
