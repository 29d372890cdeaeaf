"""Passwords: what one may be, hashing and checking (argon2id, RFC 9106's low-memory choice).

Both are slow on purpose, and have no place in a transaction.
"""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from errors import InvalidInputError

LEAST_CHARACTERS, MOST_CHARACTERS = 12, 200


def parse_password(password: str, email: str, field: str = "password") -> str:
    """A password that may be used. Raises InvalidInputError on `field`; length is what makes it strong (NIST SP 800-63B)."""
    wrong = None
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        wrong = f"From {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters: a few words that only you put together are good."
    elif len(set(password)) < 5 or password.casefold() in {email, email.partition("@")[0] * 2}:
        wrong = "This is easy to guess. A few words that only you put together are good."
    if wrong:
        raise InvalidInputError("Some fields need another look.", {field: wrong})
    return password


async def hash_password(password: str) -> str:
    """The password as it is stored."""
    return await asyncio.to_thread(_hasher().hash, password.encode(errors="replace"))


async def is_password(stored: str | None, password: str) -> bool:
    """Whether it is the password. Without a stored one it takes the same time, so that nobody learns who has one."""
    return await asyncio.to_thread(_is_password, stored, password[: MOST_CHARACTERS + 1])


def _is_password(stored: str | None, password: str) -> bool:
    try:
        return _hasher().verify(stored or _nobodys(), password.encode(errors="replace")) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has."""
    return _hasher().hash("nobody has this password")
