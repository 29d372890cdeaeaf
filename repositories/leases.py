"""Due work and its claims: conditional updates in database time, so that any number of processes may race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Float, bindparam, case, func, or_, select, update

from db import AsyncSession, epoch_now
from models import LeaseKind, Plan, RunLease

MAX_BACKOFF_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A right to do one person's work of a kind: `attempt` is the fence, `sequence` what had been asked for by then, `failures`
    how often it was tried in vain."""

    user_id: int
    kind: LeaseKind
    owner: str
    attempt: int
    sequence: int
    failures: int = 0


class LeaseRepository:
    """Asking for work, claiming it, and ending the claim."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def ask(self, user_id: int, paces: Mapping[LeaseKind, tuple[float, float]]) -> None:
        """Make work of these kinds due: after seconds of quiet without another asking, at the latest other seconds after the
        first."""
        seconds = {f"{kind}_{pace}": paces.get(kind, (0.0, 0.0))[i] for kind in LeaseKind for i, pace in enumerate(PACES)}
        await self.session.execute(_ASK, {"of": user_id, "kinds": [*paces], **seconds})

    async def list_due(self, limit: int) -> Sequence[tuple[int, LeaseKind]]:
        """Work that may be claimed now, the longest due first."""
        return [(user_id, LeaseKind(kind)) for user_id, kind in await self.session.execute(_DUE.limit(limit))]

    async def seconds_to_next(self) -> float | None:
        """Seconds until some work can be claimed (0 or less: now); None when nothing is due."""
        return await self.session.scalar(_TO_NEXT)

    async def claim(self, user_id: int, kind: LeaseKind, owner: str, lease_seconds: float) -> Claim | None:
        """Take the work, or None when another was faster or nothing is due."""
        values = {"of": user_id, "what": kind, "by": owner, "seconds": lease_seconds}
        row = (await self.session.execute(_CLAIM, values)).first()
        return Claim(user_id, kind, owner, row.attempt, row.sequence, row.failures) if row else None

    async def renew(self, claim: Claim, lease_seconds: float) -> bool:
        """Hold the claim longer; False when it is no longer ours."""
        return await self._update(claim, leased_until_seconds=epoch_now() + lease_seconds)

    async def finish(self, claim: Claim) -> bool:
        """End the claim, and the work too unless more was asked meanwhile; False when the claim is no longer ours."""
        values = {"of": claim.user_id, "what": claim.kind, "by": claim.owner, "tried": claim.attempt, "asked": claim.sequence}
        return (await self.session.execute(_FINISH, values)).first() is not None

    async def fail(self, claim: Claim, error: str) -> bool:
        """Give the claim back with a reason; the work is due again after 2, 4, 8 ... 300 seconds."""
        backoff = case((RunLease.failures < 8, func.power(2.0, RunLease.failures + 1)), else_=MAX_BACKOFF_SECONDS)
        return await self._update(
            claim,
            owner=None,
            leased_until_seconds=None,
            failures=RunLease.failures + 1,
            error=error[:500],
            due_seconds=epoch_now() + backoff,
        )

    async def retry_now(self, claim: Claim) -> bool:
        """Give the claim back because the world moved on while we thought; the work is due at once."""
        return await self._update(claim, owner=None, leased_until_seconds=None, due_seconds=epoch_now())

    async def list_states(self, user_id: int) -> Sequence[tuple[RunLease, datetime | None]]:
        """A person's leases, each with since when they are away (see `Plan`)."""
        return [(lease, away) for lease, away in await self.session.execute(_STATES, {"user_id": user_id})]

    async def _update(self, claim: Claim, **values: object) -> bool:
        statement = (
            update(RunLease)
            .where(
                RunLease.user_id == claim.user_id,
                RunLease.kind == claim.kind,
                RunLease.owner == claim.owner,
                RunLease.attempt == claim.attempt,
            )
            .values(**values)
            .returning(RunLease.attempt)
        )
        return (await self.session.execute(statement, execution_options={"synchronize_session": False})).first() is not None


def _is_claimable() -> ColumnElement[bool]:
    now = epoch_now()
    free = or_(RunLease.leased_until_seconds.is_(None), RunLease.leased_until_seconds < now)
    return (RunLease.due_seconds <= now) & free


_STATES = (
    select(RunLease, Plan.away_since_at)
    .join(Plan, Plan.user_id == RunLease.user_id)
    .where(RunLease.user_id == bindparam("user_id"))
)
_DUE = select(RunLease.user_id, RunLease.kind).where(_is_claimable()).order_by(RunLease.due_seconds)
_READY = case(
    (func.coalesce(RunLease.leased_until_seconds, 0.0) > RunLease.due_seconds, RunLease.leased_until_seconds),
    else_=RunLease.due_seconds,
)
_TO_NEXT = select(func.min(_READY) - epoch_now()).where(RunLease.due_seconds.is_not(None))

PACES = ("quiet", "cap")
_OF = (RunLease.user_id == bindparam("of"), RunLease.kind == bindparam("what"))
_QUIET, _CAP = (
    case({kind: bindparam(f"{kind}_{pace}", type_=Float) for kind in LeaseKind}, value=RunLease.kind) for pace in PACES
)
_FIRST = func.coalesce(RunLease.first_asked_seconds, epoch_now())
_ASK = (
    update(RunLease)
    .where(RunLease.user_id == bindparam("of"), RunLease.kind.in_(bindparam("kinds", expanding=True)))
    .values(
        sequence=RunLease.sequence + 1,
        first_asked_seconds=_FIRST,
        due_seconds=case((epoch_now() + _QUIET < _FIRST + _CAP, epoch_now() + _QUIET), else_=_FIRST + _CAP),
    )
    .execution_options(synchronize_session=False)
)
_CLAIM = (
    update(RunLease)
    .where(*_OF, _is_claimable())
    .values(
        owner=bindparam("by"),
        attempt=RunLease.attempt + 1,
        leased_until_seconds=epoch_now() + bindparam("seconds", type_=Float),
    )
    .returning(RunLease.attempt, RunLease.sequence, RunLease.failures)
    .execution_options(synchronize_session=False)
)
_IS_ALL = RunLease.sequence == bindparam("asked")
_FINISH = (
    update(RunLease)
    .where(*_OF, RunLease.owner == bindparam("by"), RunLease.attempt == bindparam("tried"))
    .values(
        owner=None,
        leased_until_seconds=None,
        failures=0,
        error=None,
        due_seconds=case((_IS_ALL, None), else_=RunLease.due_seconds),
        first_asked_seconds=case((_IS_ALL, None), else_=epoch_now()),
    )
    .returning(RunLease.attempt)
    .execution_options(synchronize_session=False)
)
