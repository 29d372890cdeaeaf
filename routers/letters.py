"""The mails: what they say, as text and as HTML, from templates like the pages."""

from __future__ import annotations

from routers.rendering import environment
from services.mailer import Letter


def sign_in_letter(to: str, url: str) -> Letter:
    """A link that signs in."""
    return _letter("sign-in", to, "Your link to Dayloom", url=url)


def invitation(to: str, url: str, name: str, inviter: str) -> Letter:
    """A link to a new account."""
    return _letter("invitation", to, f"{inviter} invites you to Dayloom", url=url, name=name, inviter=inviter)


def _letter(template: str, to: str, subject: str, **values: str) -> Letter:
    env = environment()
    text, html = (env.get_template(f"mail/{template}.{kind}").render(values) for kind in ("txt", "html"))
    return Letter(to, " ".join(subject.split()), text, html)
