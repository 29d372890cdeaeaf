"""Signing in for programs: a link or a password gives a short access token, and a refresh token that is used once.

It stands beside `/api/v1`, with the same shape of errors; a program that has a token made in Settings needs none of it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict, Field, model_validator

from errors import UnauthenticatedError
from models import Account
from routers.api.documented import errors
from routers.api.schemas import Example, Schema
from routers.deps import Reading, signed_in
from routers.doors import at_door
from routers.signing import ON_ITS_WAY, ask_for_link, check_password
from services import users
from services.refresh_tokens import Pair, RefreshTokenService
from services.sign_in import SignInService

router = APIRouter(tags=["auth"])

REFUSED = "This token is not valid any more. Sign in again."
PAIR: Example = {"access_token": "eyJhbGciOi...", "refresh_token": "eyJhbGciOi...", "token_type": "bearer", "expires_in": 600}
ME: Example = {"id": 1, "name": "Ada", "email": "ada@example.org", "role": "owner", "scope": "admin", "auth": "accounts"}

Email = Annotated[str, Field(max_length=320)]
Secret = Annotated[str, Field(min_length=1, max_length=4096)]


class EmailIn(Schema):
    """Whom to send a link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.org"}]})

    email: Email


class LinkIn(Schema):
    """The `token` of a link's address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "Zk3..."}]})

    token: Secret


class TokenIn(Schema):
    """Either an address and its password, or the `token` of a link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.org", "password": "four words of mine"}]})

    email: Email | None = None
    password: Secret | None = None
    token: Secret | None = None

    @model_validator(mode="after")
    def _is_one(self) -> TokenIn:
        if (self.token is None) == (self.email is None or self.password is None):
            raise ValueError("Give email and password, or the token of a link.")
        return self


class RefreshIn(Schema):
    """The refresh token of the last pair."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "eyJhbGciOi..."}]})

    refresh_token: Secret


class TokenOut(Schema):
    """An access token, good for `expires_in` seconds, and the refresh token that gives the next pair, once."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAIR]})

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - what kind of token it is
    expires_in: int


class SentOut(Schema):
    """What was done, as far as it is told."""

    detail: str


class MeOut(Schema):
    """Who asks, and what this token may do. Without accounts there is neither address nor role to speak of."""

    model_config = ConfigDict(json_schema_extra={"examples": [ME]})

    id: int
    name: str
    email: str
    role: Literal["owner", "admin", "member"]
    scope: Literal["read", "write", "admin"]
    auth: Literal["local", "accounts"]


@router.post("/magic-link", status_code=202, responses=errors(404))
async def ask_magic_link(request: Request, body: EmailIn) -> SentOut:
    """Send a link to sign in, if somebody has this address. The answer is the same for every address."""
    await ask_for_link(request, body.email)
    return SentOut(detail=ON_ITS_WAY)


@router.post("/verify", responses=errors(401, 404))
async def verify_magic_link(request: Request, response: Response, body: LinkIn) -> TokenOut:
    """Use a link, once: a pair of tokens."""
    async with at_door(request) as door:
        account = await SignInService(door).redeem(body.token)
        pair = await RefreshTokenService(door).begin(account.user_id)
    return _told(response, pair)


@router.post("/token", responses=errors(401, 404))
async def make_pair(request: Request, response: Response, body: TokenIn) -> TokenOut:
    """Sign in by password, or by a link: a pair of tokens."""
    user_id = None if body.token is not None else await check_password(request, body.email or "", body.password or "")
    async with at_door(request) as door:
        service = SignInService(door)
        account: Account = await (service.redeem(body.token or "") if user_id is None else service.arrive_by_password(user_id))
        pair = await RefreshTokenService(door).begin(account.user_id)
    return _told(response, pair)


@router.post("/refresh", responses=errors(401, 404))
async def refresh_pair(request: Request, response: Response, body: RefreshIn) -> TokenOut:
    """The next pair. A refresh token that comes twice ends all that came of it: somebody else may have it."""
    async with at_door(request) as door:
        pair = await RefreshTokenService(door).rotate(body.refresh_token)
    if pair is None:
        raise UnauthenticatedError(REFUSED)
    return _told(response, pair)


@router.post("/revoke", status_code=204, responses=errors(404))
async def revoke_pair(request: Request, body: RefreshIn) -> None:
    """Sign a program out. It is answered the same for a token that is none any more."""
    async with at_door(request) as door:
        await RefreshTokenService(door).revoke(body.refresh_token)


@router.get("/me", dependencies=[Depends(signed_in)], responses=errors(401, 403))
async def get_identity(scope: Reading) -> MeOut:
    """Who asks, and what their token may do."""
    access, user = scope.access, await users.show(scope.session, scope.person)
    return MeOut(
        id=scope.person.id,
        name=user.name,
        email=access.email,
        role=access.role.value,
        scope=access.grant.value,
        auth=scope.settings.auth,
    )


def _told(response: Response, pair: Pair) -> TokenOut:
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in)
