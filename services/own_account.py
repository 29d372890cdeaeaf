"""A person's own account: their name and password, the browsers in which they are signed in, and tokens for their programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import ForbiddenError, InvalidInputError, NotFoundError
from models import NAME_LENGTH, Account, ApiToken, Grant
from repositories.accounts import AccountRepository, SessionRepository
from repositories.tokens import ApiTokenRepository, RefreshTokenRepository
from repositories.users import UserRepository
from services.access import API_TOKEN_PREFIX
from services.door import Door, digest_of, new_secret
from services.fields import Fields
from services.revisions import wake_pages
from services.scope import Scope

TOKEN_DAYS = (30, 90, 365)
MOST_TOKENS = 50
GONE = "This is over already."


@dataclass(frozen=True, slots=True)
class BrowserRow:
    """A browser in which somebody is signed in."""

    id: int
    browser: str
    address: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that a person has made, without what it is."""

    id: int
    name: str
    hint: str
    scope: Grant
    expires_at: datetime
    seen_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """All that the page shows."""

    name: str
    email: str
    role: str
    has_password: bool
    browsers: tuple[BrowserRow, ...]
    tokens: tuple[TokenRow, ...]


class OwnAccountService:
    """What people do about their own account, in a browser. Raises ForbiddenError without an account, and for programs."""

    def __init__(self, scope: Scope) -> None:
        if scope.access.session_id is None:
            raise ForbiddenError("This is for people who are signed in with a browser.")
        self.scope = scope
        self.user_id, self.session_id = scope.person.id, scope.access.session_id
        self.sessions = SessionRepository(scope.session)
        self.tokens = ApiTokenRepository(scope.session)
        self.door = Door(scope.session, scope.now, scope.settings, scope.access.visit)

    async def show(self) -> AccountView:
        """Everything about it."""
        account, user = await self._account(), await UserRepository(self.scope.session).get(self.user_id)
        browsers = await self.sessions.list_all(self.user_id, self.scope.now)
        return AccountView(
            *(user.name, account.email, account.role.value, account.password_hash is not None),
            browsers=tuple(
                BrowserRow(b.id, device(b.browser), b.address, b.created_at, b.seen_at, b.id == self.session_id)
                for b in browsers
            ),
            tokens=tuple(self._token_row(token) for token in await self.tokens.list_all(self.user_id)),
        )

    async def rename(self, form: Mapping[str, str]) -> None:
        """Be called otherwise. Raises InvalidInputError."""
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        name = fields.line("name", NAME_LENGTH, "Say what you are called.")
        if fields.errors:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        (await UserRepository(self.scope.session).get(self.user_id)).name = name
        await self.scope.session.flush()

    async def password_hash(self) -> str | None:
        """What is stored of the password."""
        return (await self._account()).password_hash

    async def store_password(self, hashed: str | None) -> None:
        """Set or remove the password; every other browser and program must sign in again."""
        (await self._account()).password_hash = hashed
        await self._end_others()
        await self.door.note("password set" if hashed else "password removed", self.user_id)

    async def end_session(self, session_id: int) -> None:
        """End one browser's session. Raises NotFoundError for one that is over, or another's."""
        if not await self.sessions.end(self.user_id, session_id):
            raise NotFoundError(GONE)
        await wake_pages(self.scope.session, self.user_id)
        await self.door.note("session ended", self.user_id)

    async def end_other_sessions(self) -> None:
        """Sign out everywhere else."""
        await self._end_others()
        await self.door.note("other sessions ended", self.user_id)

    async def sign_out(self) -> None:
        """End this session."""
        await self.sessions.end(self.user_id, self.session_id)
        await wake_pages(self.scope.session, self.user_id)
        await self.door.note("signed out", self.user_id)

    async def make_token(self, form: Mapping[str, str]) -> str:
        """A token for a program; it is told here and never again. Raises InvalidInputError."""
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        name = fields.line("name", NAME_LENGTH, "Say what it is for, so that you know it later.")
        grant = next((grant for grant in Grant if grant.value == form.get("scope")), None)
        days = next((days for days in TOKEN_DAYS if str(days) == form.get("days")), None)
        if grant is None:
            fields.errors["scope"] = "Choose what it may do."
        if days is None:
            fields.errors["days"] = "Choose how long it is good for."
        if len(await self.tokens.list_all(self.user_id)) >= MOST_TOKENS:
            fields.errors["name"] = f"There are {MOST_TOKENS} tokens already. Revoke one first."
        if fields.errors or grant is None or days is None:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        secret, now = API_TOKEN_PREFIX + new_secret(), self.scope.now
        own = {"user_id": self.user_id, "name": name, "digest": digest_of(secret), "hint": secret[-4:], "scope": grant}
        await self.tokens.add(ApiToken(**own, created_at=now, expires_at=now + timedelta(days=days)))
        await self.door.note("token made", self.user_id, f"{name} ({grant.value}, {days} days)")
        return secret

    async def revoke_token(self, token_id: int) -> str:
        """Revoke a token; its name. Raises NotFoundError for one that is gone, or another's."""
        token = await self.tokens.get(self.user_id, token_id)
        if token is None:
            raise NotFoundError(GONE)
        await self.tokens.delete(token)
        await self.door.note("token revoked", self.user_id, token.name)
        return token.name

    async def _account(self) -> Account:
        account = await AccountRepository(self.scope.session).get(self.user_id)
        assert account is not None
        return account

    async def _end_others(self) -> None:
        await self.scope.session.flush()
        await self.sessions.end_all(self.user_id, but=self.session_id)
        await RefreshTokenRepository(self.scope.session).delete_all(self.user_id)
        await wake_pages(self.scope.session, self.user_id)

    def _token_row(self, token: ApiToken) -> TokenRow:
        is_over = token.expires_at <= self.scope.now
        return TokenRow(token.id, token.name, token.hint, token.scope, token.expires_at, token.seen_at, is_over)


def device(browser: str) -> str:
    """What a browser calls itself, in the words of people: "Firefox on Linux"."""
    programs = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
        *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
    )
    program = next((name for sign, name in programs if sign in browser), "")
    system = next((name for sign, name in systems if sign in browser), "")
    return " on ".join(filter(None, (program, system))) or "An unknown browser"
