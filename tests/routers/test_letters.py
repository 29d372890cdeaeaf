"""Mails, through a real mail server on loopback."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from pydantic import SecretStr

from services.mailer import Letter
from tests.e2e.server import free_port
from tests.support.cast import Cast
from tests.support.mail_server import MailServer, link_in, texts


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def mailing(cast: Cast, mails: MailServer) -> Cast:
    """The cast, with a mail server."""
    own = {"smtp_url": SecretStr(mails.url), "mail_from": "Dayloom <dayloom@example.org>"}
    cast.site.app.state.mailer.settings = cast.stage.settings.model_copy(update=own)
    return cast


class TestLink:
    async def test_walk(self, mailing: Cast, mails: MailServer, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            answer = await mailing.site.submit("/sign-in", {"email": "Eve@example.org"})
            assert "sends no mails" not in answer.text
            await mailing.site.app.state.mailer.settle()
        letter = mails.wait_for(1)
        assert (letter["To"], letter["From"]) == ("eve@example.org", "Dayloom <dayloom@example.org>")
        assert letter["Subject"] == "Your link to Dayloom"
        assert letter["Message-ID"].endswith("@example.org>")
        assert (letter["Auto-Submitted"], abs(parsedate_to_datetime(letter["Date"]).timestamp() - time.time()) < 60) == (
            "auto-generated",
            True,
        )
        secret = link_in(letter).partition("token=")[2]
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
        assert not [line for line in ours if secret in line]
        assert (await mailing.site.submit("/sign-in/link", {"token": secret})).status_code == 303
        assert mailing.member.email in (await mailing.site.http.get("/settings/account")).text

    async def test_unknown(self, mailing: Cast, mails: MailServer) -> None:
        """Nobody gets a mail that they did not ask for; the next one shows that none was on its way."""
        for email in ("nobody@example.org", "eve@example.org"):
            await mailing.site.submit("/sign-in", {"email": email})
            await mailing.site.app.state.mailer.settle()
        assert mails.wait_for(1)["To"] == "eve@example.org"
        assert len(mails.letters) == 1

    @pytest.mark.parametrize("is_there", [True, False])
    async def test_failure(self, mailing: Cast, mails: MailServer, caplog: pytest.LogCaptureFixture, is_there: bool) -> None:
        """A mail server that refuses, or is gone, changes no answer; the log says so, without the link."""
        mails.refuses, mailer = is_there, mailing.site.app.state.mailer
        if not is_there:
            nowhere = SecretStr(f"smtp://127.0.0.1:{free_port()}")
            mailer.settings = mailer.settings.model_copy(update={"smtp_url": nowhere})
        answer = await mailing.site.submit("/sign-in", {"email": "eve@example.org"})
        await mailer.settle()
        assert answer.status_code == 200
        assert "could not be sent" in caplog.text
        assert "token=" not in caplog.text


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", [b"secret"]), ("0.0.0.0", [])])
async def test_passwords_go_over_tls(mailing: Cast, mails: MailServer, host: str, told: list[bytes]) -> None:
    """Where a network lies between, and this server has none; the other address reaches it, too."""
    mailer = mailing.site.app.state.mailer
    own = {"smtp_url": SecretStr(f"smtp://ada:secret@{host}:{mails.port}")}
    mailer.settings = mailer.settings.model_copy(update=own)
    await mailer.send(Letter("eve@example.org", "Hello", "Hello", "<p>Hello</p>"))
    assert mails.passwords == told
    assert len(mails.letters) == len(told)


class TestInvitation:
    async def test_goes_to_whom_it_names(self, mailing: Cast, mails: MailServer) -> None:
        """Two addresses that look alike when all is folded are of two people."""
        form = {"email": "Strasse@example.org"}
        await mailing.site.http.post("/settings/people", data=form, headers=mailing.owner.headers)
        await mailing.site.submit("/sign-in", {"email": "straße@example.org"})
        await mailing.site.submit("/sign-in", {"email": "STRASSE@example.org"})
        await mailing.site.app.state.mailer.settle()
        assert mails.wait_for(2)["To"] == "strasse@example.org"
        assert len(mails.letters) == 2

    async def test_hostile_name(self, mailing: Cast, mails: MailServer) -> None:
        """What people are called is text, in each of a mail's parts."""
        await mailing.site.http.post("/settings/account/name", data={"name": "<b>Ada</b>"}, headers=mailing.owner.headers)
        form = {"email": "bob@example.org", "name": "Bob\r\nBcc: all@example.org <i>"}
        await mailing.site.http.post("/settings/people", data=form, headers=mailing.owner.headers)
        await mailing.site.app.state.mailer.settle()
        letter = mails.wait_for(1)
        plain, html = texts(letter)
        assert letter["Subject"] == "<b>Ada</b> invites you to Dayloom"
        assert letter["Bcc"] is None
        assert "Hello Bob Bcc: all@example.org <i>," in plain
        assert "&lt;b&gt;Ada" in html
        assert "<i>" not in html
        assert "seven days" in plain
        assert (await mailing.browser().get(link_in(letter))).status_code == 200
