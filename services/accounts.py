"""The people of an instance: inviting them, what each may do, and shutting somebody out, which counts at once.

Owners manage everybody; admins invite and manage members. There is always an owner who can sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from models import NAME_LENGTH, Account, LinkUse, Preferences, Role
from repositories.accounts import AccountRepository, SessionRepository
from repositories.audit import AuditRepository
from repositories.sign_in_links import SignInLinkRepository
from repositories.tokens import RefreshTokenRepository
from repositories.users import UserRepository
from services import users
from services.door import Door
from services.fields import Fields
from services.revisions import wake_pages
from services.scope import Scope
from services.sign_in import SignInService, read_email

NOBODY = "There is no such person."
NOT_YOURS = "Only owners and admins see and change the accounts of others."
PAGE_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person on the page. `is_waiting`: invited, and never here; the rest is what the one who looks may do to them."""

    id: int
    name: str
    email: str
    role: Role
    is_self: bool
    is_waiting: bool
    is_disabled: bool
    created_at: datetime
    signed_in_at: datetime | None
    can_manage: bool
    can_link: bool


@dataclass(frozen=True, slots=True)
class HandedLink:
    """A link to hand on: to whom, and what for."""

    name: str
    email: str
    url: str
    meant_for: LinkUse


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the audit log. `by` is None where it is the person themselves."""

    id: int
    at: datetime
    about: str
    act: str
    detail: str
    by: str | None
    address: str


class AccountService:
    """What an owner or an admin does. Every call raises ForbiddenError for anybody else."""

    def __init__(self, scope: Scope) -> None:
        if not scope.access.runs_instance:
            raise ForbiddenError(NOT_YOURS)
        self.scope = scope
        self.accounts = AccountRepository(scope.session)
        self.door = Door(scope.session, scope.now, scope.settings, scope.access.visit)

    @property
    def is_owner(self) -> bool:
        return self.scope.access.role is Role.OWNER

    async def list_people(self) -> list[PersonRow]:
        """Everybody, in the order in which they came."""
        return [self._row(account, name) for account, name in await self.accounts.list_everybody()]

    async def invite(self, form: Mapping[str, str]) -> HandedLink:
        """Make an account and the link to it. Raises InvalidInputError with a sentence for each field at fault."""
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        email = read_email(form, fields.errors)
        name = fields.optional_line("name", NAME_LENGTH) or email.partition("@")[0][:NAME_LENGTH]
        role = self._role(form.get("role", Role.MEMBER.value), fields.errors)
        await UserRepository(self.scope.session).lock_creation()
        if email and await self.accounts.find_by_email(email):
            fields.errors["email"] = "Somebody has an account with this address already."
        if fields.errors or role is None:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        settings = self.scope.settings
        preferences = Preferences(timezone=settings.default_zone, model=settings.ai_model)
        user_id = await users.add_person(self.scope.session, name, preferences, self.scope.now)
        await self.accounts.add(Account(user_id=user_id, email=email, role=role, created_at=self.scope.now))
        await self._note("invited", user_id, f"{email} as {role.value}")
        return HandedLink(name, email, await SignInService(self.door).make_link(user_id, LinkUse.INVITE), LinkUse.INVITE)

    async def make_link(self, user_id: int) -> HandedLink:
        """A link to hand on. To people who were here before it is as good as being them: only owners may, and not to owners."""
        account = await self._get(user_id)
        row = self._row(account, (await UserRepository(self.scope.session).get(user_id)).name)
        if not row.can_link:
            raise ForbiddenError("A link would let you in as this person. Only an owner may make one, and not for an owner.")
        use = LinkUse.INVITE if row.is_waiting else LinkUse.SIGN_IN
        await self._note("link shown", user_id, use.value.replace("_", " "))
        return HandedLink(row.name, row.email, await SignInService(self.door).make_link(user_id, use), use)

    async def set_role(self, user_id: int, word: str) -> PersonRow:
        """Change what somebody may do; links to them are over when that is more. Raises ConflictError for the last owner."""
        if not self.is_owner:
            raise ForbiddenError("Only owners change roles.")
        errors: dict[str, str] = {}
        role = self._role(word, errors)
        if role is None:
            raise InvalidInputError("Some fields need another look.", errors)
        account = await self._get(user_id, is_locked=True)
        if role is not Role.OWNER:
            await self._keep_an_owner(account)
        if role is not Role.MEMBER and account.role is not role:
            # Whoever has handed a link on may still have it, and must not come in by it as more than they are.
            await SignInLinkRepository(self.scope.session).delete_all(user_id)
        account.role = role
        await self._note("role changed", user_id, role.value)
        return await self._changed(account)

    async def disable(self, user_id: int) -> PersonRow:
        """Shut somebody out: every browser and program of theirs, from the next request on."""
        account = await self._managed(user_id)
        await self._keep_an_owner(account)
        account.disabled_at = account.disabled_at or self.scope.now
        await SessionRepository(self.scope.session).end_all(user_id)
        await RefreshTokenRepository(self.scope.session).delete_all(user_id)
        await SignInLinkRepository(self.scope.session).delete_all(user_id)
        await self._note("disabled", user_id)
        return await self._changed(account)

    async def enable(self, user_id: int) -> PersonRow:
        """Let somebody sign in again."""
        account = await self._managed(user_id)
        account.disabled_at = None
        await self._note("enabled", user_id)
        return await self._changed(account)

    async def list_audit(self, before: int | None) -> list[AuditRow]:
        """What was done, the newest first, older than `before`."""
        found = await AuditRepository(self.scope.session).list_newest(before, PAGE_ENTRIES)
        return [
            AuditRow(
                *(entry.id, entry.at, about or "somebody", entry.act, entry.detail),
                by=actor if entry.actor_id != entry.user_id else None,
                address=entry.address,
            )
            for entry, about, actor in found
        ]

    async def _get(self, user_id: int, *, is_locked: bool = False) -> Account:
        if is_locked:
            await UserRepository(self.scope.session).lock_creation()
        account = await self.accounts.get(user_id)
        if account is None:
            raise NotFoundError(NOBODY)
        return account

    async def _managed(self, user_id: int) -> Account:
        account = await self._get(user_id, is_locked=True)
        if user_id == self.scope.person.id:
            raise ConflictError("Nobody can shut themselves out. Ask another owner.")
        if not self._can_manage(account):
            raise ForbiddenError("Admins manage members; owners manage everybody.")
        return account

    async def _keep_an_owner(self, account: Account) -> None:
        """Two owners who act on each other at once wait for the lock, and the second one is refused."""
        if account.role is Role.OWNER and not await self.accounts.count_other_owners(account.user_id):
            raise ConflictError("There must be an owner who can sign in. Make somebody else an owner first.")

    async def _changed(self, account: Account) -> PersonRow:
        """What is stored, and the person's open pages hear of it."""
        await self.scope.session.flush()
        await wake_pages(self.scope.session, account.user_id)
        return self._row(account, (await UserRepository(self.scope.session).get(account.user_id)).name)

    def _role(self, word: str, errors: dict[str, str]) -> Role | None:
        role = next((role for role in Role if role.value == word), None)
        if role is None or not (self.is_owner or role is Role.MEMBER):
            errors["role"] = "Choose a role that you may give."
            return None
        return role

    def _can_manage(self, account: Account) -> bool:
        return self.is_owner or account.role is Role.MEMBER

    def _row(self, account: Account, name: str) -> PersonRow:
        is_self, is_waiting = account.user_id == self.scope.person.id, account.signed_in_at is None
        can_manage = self._can_manage(account) and not is_self
        can_link = (
            can_manage and account.disabled_at is None and (is_waiting or (self.is_owner and account.role is not Role.OWNER))
        )
        return PersonRow(
            *(account.user_id, name, account.email, account.role, is_self, is_waiting),
            is_disabled=account.disabled_at is not None,
            created_at=account.created_at,
            signed_in_at=account.signed_in_at,
            can_manage=can_manage,
            can_link=can_link,
        )

    async def _note(self, act: str, user_id: int, detail: str = "") -> None:
        await self.door.note(act, user_id, detail, actor_id=self.scope.person.id)
