"""A real mail server on loopback that keeps what it is sent."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.e2e.server import free_port

PATIENCE_SECONDS = 20.0
LINK = re.compile(r"https?://\S+/sign-in/link\?token=[\w-]+")


class MailServer:
    """Takes every mail, and any name and password, both without TLS; a context manager. `refuses`: it answers that it has no
    such mailbox. `passwords`: those that it was told."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.passwords: list[bytes] = []
        self.refuses = False
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, authenticator=self._let_in, auth_require_tls=False
        )

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._controller.stop()

    def _let_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: LoginPassword
    ) -> AuthResult:
        self.passwords.append(said.password)
        return AuthResult(success=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its hook
        if self.refuses:
            return "550 No such mailbox"
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    def wait_for(self, count: int) -> EmailMessage:
        """The newest of so many letters, once they are here."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.letters) < count:
            assert time.monotonic() < deadline, f"{len(self.letters)} letters, not {count}"
            time.sleep(0.01)
        return self.letters[-1]


def texts(letter: EmailMessage) -> tuple[str, str]:
    """What the letter says as text and as HTML."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def link_in(letter: EmailMessage) -> str:
    """The link, which the text and the HTML have alike."""
    plain, html = texts(letter)
    found = LINK.findall(plain)
    assert len(found) == 1
    assert f'href="{found[0]}"' in html
    return str(found[0])
