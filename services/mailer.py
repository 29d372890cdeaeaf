"""Sending mail, in the background: whoever asks for a link waits for no mail server, and learns nothing from how long it takes.

Without a mail server (SMTP_URL) links are written to the log instead, for whoever runs the instance to hand on.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from addresses import is_here
from config import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30.0
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: to whom, and what it says, as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str


class Mailer:
    """Runs what is to be sent; `settle` waits for what is under way."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def has_server(self) -> bool:
        return bool(self.settings.smtp_url.get_secret_value())

    def begin(self, work: Coroutine[object, object, None]) -> None:
        """Do this in the background; beyond what can be sent at once it is dropped, and asked for again."""
        if len(self._tasks) >= MOST_AT_ONCE:
            work.close()
            log.warning("Too many mails are on their way; one was not sent.")
            return
        task = asyncio.create_task(self._done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait for all that is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, letter: Letter) -> None:
        """Hand a mail to the mail server. A failure is in the log; whoever asked can only ask again."""
        url = urlsplit(self.settings.smtp_url.get_secret_value())
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.settings.mail_from, letter.to, letter.subject
        # Without a date and an id mails are taken for spam; and no absence notice is to answer (RFC 3834).
        sender = parseaddr(self.settings.mail_from)[1]
        message["Date"], message["Message-ID"] = localtime(), make_msgid(domain=sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        is_tls = url.scheme == "smtps"
        is_to_be_hidden = bool(url.password) and not is_tls and not is_here(url.hostname or "")
        try:
            await aiosmtplib.send(
                message,
                hostname=url.hostname,
                port=url.port or (465 if is_tls else 587),
                username=unquote(url.username) if url.username else None,
                password=unquote(url.password) if url.password else None,
                use_tls=is_tls,
                start_tls=True if is_to_be_hidden else None,  # None: where it is offered
                tls_context=ssl.create_default_context(),
                timeout=PATIENCE_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            log.error("A mail could not be sent (%s). Check SMTP_URL and MAIL_FROM.", type(error).__name__)

    async def _done(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("Something for the mail failed.")
