"""Signing in as pages and programs both do it: asking for a link, checking a password; and the cookie of a session."""

from __future__ import annotations

import logging

from fastapi import Request, Response

from config import Settings
from errors import InvalidInputError, UnauthenticatedError
from models import Account
from routers.doors import at_door, before_door, cookie_name, database_of, now_of, refuse_without_accounts, settings_of, visit_of
from routers.letters import sign_in_letter
from routers.limits import network_of, take_attempt
from services.door import Door
from services.mailer import Mailer
from services.passwords import is_password
from services.sign_in import NO_EMAIL, WRONG, SignInService, fold_email

log = logging.getLogger(__name__)

LINKS_OF_ONE_NETWORK, LINKS_TO_ONE_ADDRESS = "30/15minute", "5/15minute"
PASSWORDS_OF_ONE_NETWORK, PASSWORDS_OF_ONE_ADDRESS = "30/15minute", "10/15minute"
ON_ITS_WAY = "If somebody has an account with this address, a link is on its way. It works once, for 10 minutes."
A_DAY = 24 * 3600


async def ask_for_link(request: Request, text: str) -> None:
    """Send a link, if somebody has this address: found out and done in the background, so that neither the answer nor its
    time says who is here. Raises InvalidInputError and TooOftenError."""
    email = _email(request, text)
    await take_attempt(request, LINKS_OF_ONE_NETWORK, "links", network_of(visit_of(request).address))
    await take_attempt(request, LINKS_TO_ONE_ADDRESS, "links", email)
    mailer: Mailer = request.app.state.mailer
    mailer.begin(_send_link(request, mailer, email))


async def check_password(request: Request, text: str, password: str) -> int:
    """Whose address and password these are: their id. Raises InvalidInputError, TooOftenError and UnauthenticatedError."""
    email = _email(request, text)
    network = network_of(visit_of(request).address)
    await take_attempt(request, PASSWORDS_OF_ONE_NETWORK, "passwords", network)
    # By both, so that nobody keeps a person out by trying wrong passwords from elsewhere.
    await take_attempt(request, PASSWORDS_OF_ONE_ADDRESS, "passwords", network, email)
    async with before_door(request) as door:
        user_id, stored = await SignInService(door).find_password(email) or (None, None)
    if await is_password(stored, password) and user_id is not None:
        return user_id
    async with at_door(request) as door:
        await door.note("refused", user_id, "wrong password" if user_id else "no such account")
    raise UnauthenticatedError(WRONG)


async def open_session(request: Request, door: Door, account: Account, response: Response) -> None:
    """Sign this browser in: a new session, whose secret goes into the answer's cookie."""
    settings = settings_of(request)
    former = request.cookies.get(cookie_name(settings))
    secret = await SignInService(door).open_session(account.user_id, former)
    _set_cookie(response, settings, secret, settings.session_absolute_days * A_DAY)


def forget_session(request: Request, response: Response) -> None:
    """Take the cookie away, and what the browser keeps of the pages for when it is offline."""
    _set_cookie(response, settings_of(request), "", 0)
    response.headers["Clear-Site-Data"] = '"storage"'


def _set_cookie(response: Response, settings: Settings, secret: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(settings), secret, max_age=seconds, path="/", httponly=True, secure=settings.is_https, samesite="lax"
    )


def _email(request: Request, text: str) -> str:
    refuse_without_accounts(request)
    email = fold_email(text)
    if email is None:
        raise InvalidInputError("Some fields need another look.", {"email": NO_EMAIL})
    return email


async def _send_link(request: Request, mailer: Mailer, email: str) -> None:
    async with database_of(request).session_scope() as session:
        door = Door(session, now_of(request), settings_of(request), visit_of(request))
        url = await SignInService(door).make_link_for(email)
    if url is None:
        return
    if mailer.has_server:
        await mailer.send(sign_in_letter(email, url))
    else:
        log.warning("SMTP_URL is not set, so here is the link that %s asked for: %s", email, url)
