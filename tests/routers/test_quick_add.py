"""The chips below the quick-add field, and a recurring task's buttons, on the pages."""

from __future__ import annotations

import json

from services.settings import SettingsService
from tests.support.pages import Site, has, text, value
from tests.support.stage import Stage, local

LINE = "Review the plan next Friday 45min #desk"


class TestParse:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        part = await site.press("/tasks/parse", {"text": LINE, "token": "t1"})
        assert [node.text(strip=True) for node in part.css(".heard > span")] == ["Fri 4 Dec", "45 min", "#desk"]
        assert text(part, "#quick-add-words") == "Adds Review the plan, Fri 4 Dec, 45 min, #desk"
        assert value(part, "input[name=token]") == "t1"
        (other,) = part.css(".heard-other")
        assert (other.text(), other.attributes["data-reads"]) == (
            "or Fri 27 Nov?",
            LINE.replace("next Friday", "Fri 27 Nov 2026"),
        )
        assert await stage.all_blocks() == []

    async def test_remove_and_add(self, site: Site, stage: Stage) -> None:
        part = await site.press("/tasks/parse", {"text": LINE})
        sent = json.loads(part.css(".heard-remove")[0].attributes["hx-vals"] or "")
        part = await site.press("/tasks/parse", {"text": LINE, **sent})
        assert text(part, "#quick-add-words").startswith("Adds Review the plan next Friday")
        ignored = [node.attributes["value"] or "" for node in part.css("input[name=ignored]")]
        assert ignored == ["16:next Friday"]
        part = await site.press("/tasks/parse", {"text": f"Please {LINE}", "ignored": ignored})
        assert value(part, "input[name=ignored]") == "23:next Friday"
        await site.press("/tasks", {"text": f"Please {LINE}", "ignored": ignored, "token": "t2"})
        task = await stage.task(1)
        assert (task.title, task.deadline_at, task.duration_minutes) == ("Please Review the plan next Friday", None, 45)

    async def test_empty(self, site: Site) -> None:
        part = await site.press("/tasks/parse", {"text": " ", "ignored": "0:x"})
        assert "in your own words" in text(part, "#quick-add-words")
        assert not has(part, "input[name=ignored]")
        assert has(part, ".quick-add-signs")

    async def test_problem(self, site: Site) -> None:
        part = await site.press("/tasks/parse", {"text": "Write by yesterday"})
        assert part.css_first("#quick-add-note").attributes["data-kind"] == "problem"  # type: ignore[union-attr]
        assert text(part, "#quick-add-words") == "The deadline Sun 22 Nov 2026 is in the past."

    async def test_markup_is_text(self, site: Site) -> None:
        line = "<b>x</b> #a'\"> after “<i>” 2h"
        part = await site.press("/tasks/parse", {"text": line})
        assert not has(part, "#quick-add-words i")
        assert "<b>x</b>" in text(part, "#quick-add-words")

    async def test_refused_keeps_what_was_removed(self, site: Site) -> None:
        part = await site.press("/tasks", {"text": "Write 2h by yesterday", "ignored": "6:2h"}, 422)
        assert value(part, "input[name=ignored]") == "6:2h"

    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/tasks/parse", {"text": LINE})
        assert answer.status_code == 200
        assert "<html" in answer.text
        assert "Fri 4 Dec" in answer.text


class TestSeries:
    async def test_dialog_and_row(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Standup every weekday at 9:30 15min")
        assert text(await site.page("/"), f"#task-{task_id} .repeats") == "Repeats every weekday at 09:30"
        for tree in (await site.part(f"/tasks/{task_id}"), await site.page(f"/tasks/{task_id}")):
            assert text(tree, "#series h2") == "Repeats every weekday at 09:30"
            assert [node.text(strip=True) for node in tree.css("#series time")] == ["Tomorrow 09:30", "Wed 09:30", "Thu 09:30"]
            assert has(tree, "select[name=applies_to]")

    async def test_plain_task(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        tree = await site.part(f"/tasks/{task_id}")
        assert text(tree, "#series button") == "Repeat"
        assert not has(tree, "#series time")
        assert not has(tree, "select[name=applies_to]")
        assert not has(await site.page("/"), ".repeats")

    async def test_life(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Water plants every Friday 20min")
        part = await site.press(f"/tasks/{task_id}/complete")
        assert "Completed “Water plants”. Next: Fri 4 Dec." in text(part, ".toast")
        await site.press(f"/tasks/{task_id}/reopen")
        part = await site.press(f"/tasks/{task_id}/skip")
        assert "Skipped “Water plants”. Next: Fri 4 Dec." in text(part, ".toast")
        assert has(part, f"[formaction='/tasks/{task_id}/reopen'], [hx-post='/tasks/{task_id}/reopen']")
        await site.press(f"/tasks/{task_id}/reopen")
        part = await site.press(f"/tasks/{task_id}/end")
        assert "“Water plants” repeats no more." in text(part, ".toast")
        tree = await site.part(f"/tasks/{task_id}")
        assert "has ended" in text(tree, "#series")
        assert not has(tree, "select[name=applies_to]")
        assert not has(await site.page("/"), ".repeats")
        part = await site.press(f"/tasks/{task_id}/resume")
        assert "repeats again. Next: Fri 4 Dec." in text(part, ".toast")
        part = await site.press(f"/tasks/{task_id}/delete")
        assert "Deleted “Water plants”. It repeats no more." in text(part, ".toast")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Water plants every Friday", stage.eve)
        for verb in ("skip", "end", "resume"):
            assert (await site.submit(f"/tasks/{task_id}/{verb}")).status_code == 404


class TestDayFirst:
    async def test_setting(self, site: Site, stage: Stage) -> None:
        part = await site.press("/settings/zone", {"zone": "Europe/Berlin", "day_first": "on"})
        assert has(part, "select[name=day_first] option[value=on][selected]")
        task = await stage.task(await stage.add("Pay by 12/11"))
        assert task.deadline_at == local(23, "23:59").replace(year=2027, month=11, day=12)
        async with stage.reading() as scope:
            assert (await SettingsService(scope).show()).form["day_first"] == "on"
