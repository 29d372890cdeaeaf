"""What is needed before anybody is signed in: the transaction, when it is, from where somebody asks; and secrets to hand out.

A secret has 256 bits from the system's generator and is stored as its SHA-256: there is nothing to guess, so nothing to salt.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from config import Settings
from db import AsyncSession
from models import AuditEntry
from repositories.audit import AuditRepository

LONGEST_ADDRESS, LONGEST_BROWSER, LONGEST_DETAIL = 64, 100, 300


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody asks: the network address, and what the browser calls itself."""

    address: str = ""
    browser: str = ""


NOWHERE = Visit()
"""The command line, and the process itself."""


@dataclass(frozen=True, slots=True)
class Door:
    """One unit of work of nobody yet. `now` was read once and is aware."""

    session: AsyncSession
    now: datetime
    settings: Settings
    visit: Visit = NOWHERE

    async def note(self, act: str, user_id: int | None, detail: str = "", actor_id: int | None = None) -> None:
        """Write into the audit log; who acts is the person themselves unless `actor_id` says otherwise."""
        entry = AuditEntry(
            at=self.now,
            user_id=user_id,
            actor_id=actor_id if actor_id is not None else user_id,
            act=act,
            detail=detail[:LONGEST_DETAIL],
            address=self.visit.address[:LONGEST_ADDRESS],
        )
        await AuditRepository(self.session).add(entry)


def new_secret() -> str:
    """A secret to hand out once: 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
