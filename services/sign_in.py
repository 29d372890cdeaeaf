"""Signing in: links that work once, passwords, and the sessions that both open. The first link sets the instance up.

Every refusal says the same, whether the link was used, is too old, was never made, or is of somebody who may not sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from email_validator import EmailNotValidError, validate_email

from errors import ConflictError, InvalidInputError, UnauthenticatedError
from models import NAME_LENGTH, Account, BrowserSession, LinkUse, Preferences, Role, SignInLink
from repositories.accounts import AccountRepository, SessionRepository
from repositories.sign_in_links import SignInLinkRepository
from repositories.users import UserRepository
from services import users
from services.access import expiry
from services.door import LONGEST_ADDRESS, LONGEST_BROWSER, Door, digest_of, new_secret
from services.fields import Fields, clean

LIFETIMES = {
    LinkUse.SETUP: timedelta(hours=24),
    LinkUse.INVITE: timedelta(days=7),
    LinkUse.SIGN_IN: timedelta(minutes=10),
}
LINK_PATH = "/sign-in/link"
OVER = "This link was used already, or it is too old. Ask for a new one."
WRONG = "This address and this password do not belong together. A link by mail works without a password."
NO_EMAIL = "This is not a mail address, such as ada@example.org."


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link would do: its use, and whose it is."""

    meant_for: LinkUse
    email: str


class SignInService:
    """What somebody at the door can do."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.accounts = AccountRepository(door.session)
        self.links = SignInLinkRepository(door.session)
        self.sessions = SessionRepository(door.session)

    async def needs_setup(self) -> bool:
        """Whether nobody owns this instance yet."""
        return not await self.accounts.has_owner()

    async def make_setup_link(self) -> str | None:
        """A link with which the first owner takes this instance and all that is in it; None when there is an owner."""
        await UserRepository(self.door.session).lock_creation()
        if await self.accounts.has_owner():
            return None
        person = await users.ensure_local_person(self.door.session, self.door.settings, self.door.now)
        return await self.make_link(person.id, LinkUse.SETUP)

    async def make_link(self, user_id: int, use: LinkUse) -> str:
        """An address that signs the person in once. Nothing of it but a digest is stored."""
        await self.links.delete_over(user_id, self.door.now)
        secret, now = new_secret(), self.door.now
        link = SignInLink(
            user_id=user_id, digest=digest_of(secret), meant_for=use, created_at=now, expires_at=now + LIFETIMES[use]
        )
        await self.links.add(link)
        return f"{self.door.settings.url}{LINK_PATH}?{urlencode({'token': secret})}"

    async def make_link_for(self, email: str) -> str | None:
        """A link for whoever has this address; None when nobody has, or they may not sign in."""
        account = await self.accounts.find_by_email(email)
        if account is None or account.disabled_at is not None:
            return None
        return await self.make_link(account.user_id, LinkUse.SIGN_IN)

    async def look(self, secret: str) -> LinkView:
        """What a link would do, without using it. Raises UnauthenticatedError for one that is over."""
        link = await self.links.find(digest_of(secret), self.door.now)
        if link is None:
            raise UnauthenticatedError(OVER)
        account = await self.accounts.get(link.user_id)
        return LinkView(link.meant_for, account.email if account else "")

    async def redeem(self, secret: str) -> Account:
        """Use a link that signs in. Raises UnauthenticatedError when it is over, or was faster redeemed by somebody else."""
        link = await self.links.take(digest_of(secret), self.door.now)
        account = await self.accounts.get(link.user_id) if link else None
        if link is None or account is None or account.disabled_at is not None:
            raise UnauthenticatedError(OVER)
        await self._arrived(account, f"by a link ({link.meant_for.value.replace('_', ' ')})")
        return account

    async def set_up(self, secret: str, form: Mapping[str, str]) -> Account:
        """Use the set-up link: its holder becomes the owner. Raises InvalidInputError, and then the link can still be used."""
        fields = Fields(form, self.door.now, "UTC")
        name, email = fields.line("name", NAME_LENGTH, "Say what you are called."), read_email(form, fields.errors)
        if fields.errors:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        await UserRepository(self.door.session).lock_creation()
        link = await self.links.take(digest_of(secret), self.door.now)
        if link is None or link.meant_for is not LinkUse.SETUP or await self.accounts.has_owner():
            raise UnauthenticatedError(OVER)
        if await self.accounts.find_by_email(email):
            raise ConflictError("Somebody has an account with this address already.")
        (await UserRepository(self.door.session).get(link.user_id)).name = name
        account = Account(user_id=link.user_id, email=email, role=Role.OWNER, created_at=self.door.now)
        await self.accounts.add(account)
        await self._arrived(account, "set this instance up")
        return account

    async def find_password(self, email: str) -> tuple[int, str | None] | None:
        """Whose address it is, and the hash of their password; None for nobody who may sign in."""
        account = await self.accounts.find_by_email(email)
        return None if account is None or account.disabled_at is not None else (account.user_id, account.password_hash)

    async def arrive_by_password(self, user_id: int) -> Account:
        """Let a person in whose password was right. Raises UnauthenticatedError when they may not sign in (any more)."""
        account = await self.accounts.get(user_id)
        if account is None or account.disabled_at is not None:
            raise UnauthenticatedError(WRONG)
        await self._arrived(account, "by password")
        return account

    async def arrive_by_provider(self, email: str, name: str) -> Account:
        """Let in whose address the provider has verified: somebody with an account, or of a domain that may come by themselves.

        Raises UnauthenticatedError for anybody else.
        """
        account = await self.accounts.find_by_email(email) or await self._joined(email, name)
        if account is None or account.disabled_at is not None:
            raise UnauthenticatedError(f"Nobody who may sign in here has the address {email}. Ask for an invitation.")
        await self._arrived(account, f"by {self.door.settings.oidc_name}")
        return account

    async def open_session(self, user_id: int, former: str | None) -> str:
        """Sign a browser in, with a new secret for its cookie; the session that it had before (`former`) ends."""
        if former:
            await self.sessions.end_by_digest(digest_of(former))
        await self.sessions.delete_over(user_id, self.door.now)
        secret, now, visit = new_secret(), self.door.now, self.door.visit
        browser = BrowserSession(
            user_id=user_id,
            digest=digest_of(secret),
            created_at=now,
            seen_at=now,
            expires_at=expiry(self.door.settings, now, now),
            browser=visit.browser[:LONGEST_BROWSER],
            address=visit.address[:LONGEST_ADDRESS],
        )
        await self.sessions.add(browser)
        return secret

    async def _joined(self, email: str, name: str) -> Account | None:
        """A new member, where their domain is one of OIDC_DOMAINS and somebody owns this instance."""
        settings, users_known = self.door.settings, UserRepository(self.door.session)
        await users_known.lock_creation()
        if email.rpartition("@")[2] not in settings.oidc_domains or await self.needs_setup():
            return None
        if account := await self.accounts.find_by_email(email):  # another browser of theirs was faster
            return account
        preferences = Preferences(timezone=settings.default_zone, model=settings.ai_model)
        called = " ".join(clean(name).split())[:NAME_LENGTH] or email.partition("@")[0][:NAME_LENGTH]
        user_id = await users.add_person(self.door.session, called, preferences, self.door.now)
        account = Account(user_id=user_id, email=email, role=Role.MEMBER, created_at=self.door.now)
        await self.accounts.add(account)
        await self.door.note("joined", user_id, f"{email} by {settings.oidc_name}")
        return account

    async def _arrived(self, account: Account, how: str) -> None:
        """Whoever is in needs no other link, and nobody else shall use one."""
        account.signed_in_at = self.door.now
        await self.links.delete_all(account.user_id)
        await self.door.note("signed in", account.user_id, how)


def fold_email(text: str) -> str | None:
    """The address as it is stored and compared, or None when it is none. Whether it exists, only a mail to it tells."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None
    return found.normalized.lower()  # casefold() would make one of addresses that are two: "straße" and "strasse"


def read_email(form: Mapping[str, str], errors: dict[str, str]) -> str:
    """The field `email`, folded; a sentence in `errors` when it is none."""
    email = fold_email(form.get("email", ""))
    if email is None:
        errors["email"] = NO_EMAIL
    return email or ""
