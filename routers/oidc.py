"""Signing in by the provider of identities that the environment names: the way there and the way back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from errors import TooOftenError, UnauthenticatedError, UnavailableError
from routers.doors import at_door, now_of, refuse_without_accounts, settings_of, visit_of
from routers.limits import network_of, take_attempt
from routers.rendering import redirect
from routers.sign_in import Next, inside, show_door
from routers.signing import open_session
from services.oidc import Identity, IdentityProvider, read_flow
from services.sign_in import SignInService

router = APIRouter(prefix="/sign-in/oidc", include_in_schema=False)

TRIES_OF_ONE_NETWORK = "30/15minute"
FLOW_SECONDS = 600


@router.get("")
async def go(request: Request, next: Next = "") -> Response:  # noqa: A002 - the name in the address
    """To the provider. A link, since browsers let no form lead to another site (form-action)."""
    refuse_without_accounts(request)
    provider = IdentityProvider(settings_of(request))
    try:
        await _count(request)
        url, flow = await provider.begin(inside(next))
    except (UnauthenticatedError, UnavailableError, TooOftenError) as error:
        return await show_door(request, {"next": next}, error)
    response = redirect(url)
    _keep(request, response, str(flow), FLOW_SECONDS)
    return response


@router.get("/back")
async def come_back(request: Request) -> Response:
    """From the provider, with a code that says who it is."""
    refuse_without_accounts(request)
    provider = IdentityProvider(settings_of(request))
    try:
        await _count(request)
        flow = read_flow(request.cookies.get(_cookie_name(request), ""))
        identity = await provider.finish(flow, dict(request.query_params), now_of(request))
        response: Response = redirect(inside(flow.wanted))
        await _enter(request, identity, response)
    except (UnauthenticatedError, UnavailableError, TooOftenError) as error:
        response = await show_door(request, {}, error)
    _keep(request, response, "", 0)
    return response


async def _enter(request: Request, identity: Identity, response: Response) -> None:
    """Open a session, or write down that somebody stood here who may not enter."""
    try:
        async with at_door(request) as door:
            account = await SignInService(door).arrive_by_provider(identity.email, identity.name)
            await open_session(request, door, account, response)
    except UnauthenticatedError:
        async with at_door(request) as door:
            await door.note("refused", None, f"{identity.email} by {settings_of(request).oidc_name}")
        raise


async def _count(request: Request) -> None:
    await take_attempt(request, TRIES_OF_ONE_NETWORK, "oidc", network_of(visit_of(request).address))


def _cookie_name(request: Request) -> str:
    return "__Host-oidc" if settings_of(request).is_https else "oidc"


def _keep(request: Request, response: Response, flow: str, seconds: int) -> None:
    is_https = settings_of(request).is_https
    response.set_cookie(_cookie_name(request), flow, max_age=seconds, path="/", httponly=True, secure=is_https, samesite="lax")
