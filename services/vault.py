"""Secrets that are kept encrypted (the keys of people's models): writing, reading, and moving them to a newer SECRET_KEY.

What is written is written with SECRET_KEY; what was written with one of SECRET_KEY_PREVIOUS can still be read.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from config import Settings
from db import AsyncSession, Database
from repositories.stored_keys import StoredKeyRepository
from services.secret_keys import secret_keys

BATCH = 200


@dataclass(frozen=True, slots=True)
class Rotation:
    """What came of moving the stored secrets: how many were moved, were there already, and cannot be read by any key."""

    moved: int = 0
    current: int = 0
    unreadable: int = 0

    @property
    def sentence(self) -> str:
        moved = f"{self.moved} stored {'key' if self.moved == 1 else 'keys'} encrypted anew, {self.current} were already."
        if not self.unreadable:
            return moved
        lost = "1 cannot be read" if self.unreadable == 1 else f"{self.unreadable} cannot be read"
        return f"{moved} {lost} with SECRET_KEY or SECRET_KEY_PREVIOUS: add the key that they were stored with."


def encrypt(secret: str, settings: Settings) -> str:
    """The secret as it is stored."""
    return _ciphers(settings)[0].encrypt(secret.encode()).decode()


def decrypt(stored: str | None, settings: Settings) -> str | None:
    """The stored secret, or None when there is none or no key of ours reads it (any more)."""
    if not stored:
        return None
    try:
        return MultiFernet(_ciphers(settings)).decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


async def rotate(database: Database, settings: Settings, batch: int = BATCH) -> Rotation:
    """Encrypt all stored secrets with SECRET_KEY, `batch` of them in a transaction; safe to repeat and to interrupt."""
    done = Rotation()
    last: int | None = 0
    while last is not None:
        async with database.session_scope() as session:
            done, last = await _rotate_some(session, settings, done, last, batch)
    return done


async def _rotate_some(
    session: AsyncSession, settings: Settings, done: Rotation, after: int, batch: int
) -> tuple[Rotation, int | None]:
    """Some more, and after whom to go on; None: that was all."""
    keys = StoredKeyRepository(session)
    newest = _ciphers(settings)[0]
    rows = await keys.list_after(after, batch)
    for user_id, stored in rows:
        if _reads(newest, stored):
            done = replace(done, current=done.current + 1)
        elif secret := decrypt(stored, settings):
            done = replace(done, moved=done.moved + await keys.exchange(user_id, stored, encrypt(secret, settings)))
        else:
            done = replace(done, unreadable=done.unreadable + 1)
    return done, rows[-1][0] if len(rows) == batch else None


def _reads(cipher: Fernet, stored: str) -> bool:
    try:
        cipher.decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


def _ciphers(settings: Settings) -> list[Fernet]:
    """The newest first. Fernet wants 32 bytes; hashing lets SECRET_KEY be any long text."""
    digests = [hashlib.sha256(b"dayloom model keys\0" + key.encode()).digest() for key in secret_keys(settings)]
    return [Fernet(base64.urlsafe_b64encode(digest)) for digest in digests]
