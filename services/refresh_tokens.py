"""Programs that sign in: a short access token, and refresh tokens that are used once each.

A refresh token that comes a second time was stolen, or its answer was lost: nobody can tell, so its whole family ends
(RFC 9700, 4.14.2).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import RefreshToken
from repositories.accounts import AccountRepository
from repositories.tokens import RefreshTokenRepository
from services import jwt_tokens
from services.access import expiry
from services.door import Door, digest_of
from services.jwt_tokens import Claims

ACCESS_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a program gets: both tokens, and for how many seconds the first is good."""

    access_token: str
    refresh_token: str
    expires_in: int


class RefreshTokenService:
    """Families of tokens."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.tokens = RefreshTokenRepository(door.session)

    async def begin(self, user_id: int) -> Pair:
        """A new family for a person who has just signed in."""
        await self.tokens.delete_over(user_id, self.door.now)
        return await self._issue(user_id, secrets.token_hex(16), self.door.now)

    async def rotate(self, token: str) -> Pair | None:
        """The next pair. None when the token is refused; if it was used before, its family has ended, which is to be stored."""
        claims = self._claims(token)
        if claims is None:
            return None
        taken = await self.tokens.take(claims.user_id, digest_of(claims.jti), self.door.now)
        if taken is None:
            await self._end_if_reused(claims)
            return None
        account = await AccountRepository(self.door.session).get(claims.user_id)
        if account is None or account.disabled_at is not None:
            return None
        return await self._issue(claims.user_id, taken.family, taken.began_at)

    async def revoke(self, token: str) -> None:
        """End the token's family. A token that is none is over already (RFC 7009)."""
        claims = self._claims(token)
        known = await self.tokens.get(claims.user_id, digest_of(claims.jti)) if claims else None
        if known is not None:
            await self.tokens.delete_family(known.user_id, known.family)
            await self.door.note("program signed out", known.user_id)

    def _claims(self, token: str) -> Claims | None:
        return jwt_tokens.read(self.door.settings, token, jwt_tokens.REFRESH, self.door.now)

    async def _end_if_reused(self, claims: Claims) -> None:
        known = await self.tokens.get(claims.user_id, digest_of(claims.jti))
        if known is not None and known.used_at is not None:
            await self.tokens.delete_family(known.user_id, known.family)
            await self.door.note("token came twice", known.user_id, "a refresh token was used again; its family has ended")

    async def _issue(self, user_id: int, family: str, began_at: datetime) -> Pair:
        now, settings, jti = self.door.now, self.door.settings, secrets.token_urlsafe(16)
        until = expiry(settings, began_at, now)
        row = RefreshToken(user_id=user_id, digest=digest_of(jti), family=family, began_at=began_at, expires_at=until)
        await self.tokens.add(row)
        access = jwt_tokens.make(settings, user_id, jwt_tokens.ACCESS, secrets.token_urlsafe(16), now, now + ACCESS_LIFETIME)
        refresh = jwt_tokens.make(settings, user_id, jwt_tokens.REFRESH, jti, now, until)
        return Pair(access, refresh, int(ACCESS_LIFETIME.total_seconds()))
