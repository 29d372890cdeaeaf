"""Errors look like what asked for them: a page, a toast for htmx, JSON for programs; always with the true status."""

from __future__ import annotations

import base64

import pytest

from tests.support.pages import HTMX, Site, has, parse, text
from tests.support.stage import Stage

ERROR_KEYS = {"error", "detail", "status_code", "fields"}


class TestShapes:
    async def test_page(self, site: Site) -> None:
        page = await site.page("/nowhere", 404)
        assert text(page, ".error-page h1") == "Not here"

    async def test_toast(self, site: Site) -> None:
        part = await site.part("/nowhere", 404)
        assert "nothing at this address" in text(part, "hx-partial .toast[data-kind=error] .toast-text")

    async def test_json(self, site: Site) -> None:
        answer = await site.http.get("/api/v1/nowhere")
        assert {*answer.json()} == ERROR_KEYS
        assert answer.headers["content-type"] == "application/json"

    @pytest.mark.parametrize("charset", ["undefined", "idna", "unicode_escape", "utf-7"])
    async def test_charset(self, site: Site, charset: str) -> None:
        """Python knows many: some read no text, some one that nobody can write."""
        body = b'--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\n+2AA- \\ud800 xn--\xff\r\n--edge--\r\n'
        kind = f"multipart/form-data; boundary=edge; charset={charset}"
        answer = await site.http.post("/tasks", content=body, headers={"Content-Type": kind})
        assert (answer.status_code, "send it as UTF-8" in answer.text) == (422, True)

    async def test_method(self, site: Site) -> None:
        answer = await site.http.put("/tasks")
        assert (answer.status_code, "does not take that kind" in answer.text) == (405, True)


class TestUnexpected:
    """A defect: the tables that a page reads are gone. What the log says is not what the page says."""

    @pytest.mark.parametrize("path", ["/", "/history", "/ai-log", "/settings", "/api/v1/plan"])
    async def test_broken_database(self, site: Site, stage: Stage, path: str) -> None:
        async with stage.database.session_scope() as session:
            connection = await session.connection()
            for table in ("tasks", "model_calls", "preferences"):
                await connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO lost_{table}")
        answer = await site.http.get(path)
        assert answer.status_code in {500, 503}
        for secret in ("lost_", "SELECT", "sqlite", "asyncpg", "Traceback", "preferences"):
            assert secret not in answer.text

    async def test_htmx(self, site: Site, stage: Stage) -> None:
        async with stage.database.session_scope() as session:
            await (await session.connection()).exec_driver_sql("ALTER TABLE preferences RENAME TO lost")
        answer = await site.http.get("/today/regions", headers=HTMX)
        assert answer.status_code in {500, 503}
        assert has(parse(answer), ".toast[data-kind=error]")


class TestBeforeTheFirstPerson:
    async def test_starting(self, site: Site, stage: Stage) -> None:
        """The process answers before the background has made its person."""
        async with stage.database.session_scope() as session:
            await (await session.connection()).exec_driver_sql("DELETE FROM users")
        page = await site.page("/", 503)
        assert "still starting" in text(page, ".error-page")


class TestBody:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
            (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
            (b"--x", "multipart/form-data"),
            (b'{"text": "Call"}', "application/json"),
            (b"", "application/x-www-form-urlencoded"),
            (b"text=%ff%fe", "application/x-www-form-urlencoded"),
            (b"&".join(b"a%d=1" % number for number in range(5000)), "application/x-www-form-urlencoded"),
        ],
    )
    async def test_nonsense(self, site: Site, content: bytes, kind: str) -> None:
        answer = await site.http.post("/tasks", content=content, headers=HTMX | {"Content-Type": kind})
        assert 400 <= answer.status_code < 500 or answer.status_code == 200

    async def test_file_instead_of_text(self, site: Site) -> None:
        answer = await site.http.post("/tasks", files={"text": ("x.txt", b"Call Bob")}, headers=HTMX)
        assert answer.status_code == 422

    async def test_too_much(self, site: Site) -> None:
        answer = await site.http.post("/tasks", data={"text": "x" * (2 * 2**20 + 1)})
        assert (answer.status_code, "too much" in answer.text) == (413, True)

    async def test_too_much_in_chunks(self, site: Site) -> None:
        """Without a length, the body is counted while it comes."""

        async def chunks() -> object:
            for _ in range(64):
                yield b"text=" + b"x" * 2**16

        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await site.http.post("/tasks", content=chunks(), headers=kind)  # type: ignore[arg-type]
        assert answer.status_code in {400, 413}


async def test_flash_is_not_trusted(site: Site) -> None:
    """The cookie is the person's own, but may be anything."""
    for cookie in ("x", "W10=", "WyI8c2NyaXB0PiIsICJpbmZvIiwgImh0dHA6Ly9ldmlsIl0="):
        site.http.cookies.set("flash", cookie)
        page = await site.page("/")
        assert not has(page, "#toasts .toast")
    for document in (b"[" * 2_500, b'["\\ud800", "info", null, null]'):
        site.http.cookies.set("flash", base64.urlsafe_b64encode(document).decode())
        await site.page("/")
