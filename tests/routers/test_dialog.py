"""The dialog's further fields, blocks and parts, and the page of projects: with htmx and without scripts."""

from __future__ import annotations

import pytest

from models import Block
from tests.routers.test_tasks import fields
from tests.routers.test_today import REGIONS
from tests.support.pages import Site, filled, has, parse, targets, text, value
from tests.support.stage import Stage, local

DAILY = {"max_chunk_minutes": "120", "max_per_day_minutes": "120"}
BAD_IDS = ("0", "4711", "9223372036854775808", "abc")


async def split(site: Site, stage: Stage) -> tuple[int, list[Block]]:
    """A planned task of three blocks, one a day."""
    task_id = await stage.add("Write report 6h")
    await site.press(f"/tasks/{task_id}", await fields(site, task_id, **DAILY))
    await stage.planned()
    return task_id, await stage.blocks(task_id)


class TestFields:
    async def test_folded_until_set(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 6h")
        dialog = await site.part(f"/tasks/{task_id}")
        folded = ("splitting", "suits", "groups", "parts")
        assert [has(dialog, f"#{name}[open]") for name in folded] == [False] * 4
        said = {"min_chunk_minutes": "30", "energy": "low", "project": "Finance", "labels": "desk, deep work"}
        await site.press(f"/tasks/{task_id}", await fields(site, task_id, **said))
        for again in (await site.part(f"/tasks/{task_id}"), await site.page(f"/tasks/{task_id}")):
            assert [has(again, f"#{name}[open]") for name in folded] == [True, True, True, False]
            assert filled(again, "task-form") | said | {"labels": "deep work, desk"} == filled(again, "task-form")
        assert text(again, "#splitting summary").startswith("Splitting May be split")

    async def test_row(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 6h")
        part = await site.press(f"/tasks/{task_id}", await fields(site, task_id, **DAILY, project="Finance", labels="desk"))
        assert [node.text() for node in part.css(f"#task-{task_id} .tag")] == ["Finance", "desk"]
        assert "3 blocks" in text(part, f"#task-{task_id} .task-facts")

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"min_chunk_minutes": "3"}, "#splitting[open] #field-min_chunk_minutes-error"),
            ({"window_2_from": "09:00", "window_2_to": ""}, "#suits[open] #field-window_2-error"),
            ({"labels": "x" * 101}, "#groups[open] #field-labels-error"),
            ({"hour_set_id": "4711"}, "#suits[open]"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, changes: dict[str, str], place: str) -> None:
        """The section with the mistake is open, and all that was typed is there."""
        task_id = await stage.add("Write report 6h")
        typed = await fields(site, task_id, context="half a thought", window_1_from="08:00", window_1_to="09:00", **changes)
        dialog = await site.press(f"/tasks/{task_id}", typed, 422)
        assert has(dialog, place)
        typed.pop("hour_set_id", None)
        assert filled(dialog, "task-form") | typed == filled(dialog, "task-form")

    async def test_suggestions(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("Invoices"), await stage.add("Taxes")
        await site.press(f"/tasks/{first}", await fields(site, first, project="Finance"))
        assert value(await site.part(f"/tasks/{second}"), "#project-names option") == "Finance"


class TestBlocks:
    async def test_pin_and_unpin(self, site: Site, stage: Stage) -> None:
        task_id, blocks = await split(site, stage)
        dialog = await site.part(f"/tasks/{task_id}")
        assert not has(dialog, "#field-start_at")
        url = f"/blocks/{blocks[1].id}/pin?start_at=2026-11-24T08:00Z"
        assert has(dialog, f"#block-{blocks[1].id} button[hx-post='{url}'][aria-label^='Pin: ']")
        part = await site.press(url)
        assert targets(part) == ["#why", *REGIONS, "#toasts"]
        assert "pinned by you" in text(part, f"#block-{blocks[1].id}")
        assert [block.pinned for block in await stage.blocks(task_id)] == [False, True, False]
        part = await site.press(f"/blocks/{blocks[1].id}/unpin")
        assert "pinned" not in text(part, "#why .blocks")

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id, blocks = await split(site, stage)
        answer = await site.submit(f"/blocks/{blocks[0].id}/pin?start_at=2026-11-26T14:00Z")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/tasks/{task_id}#why")
        assert local(26, "15:00") in [block.start_at for block in await stage.blocks(task_id) if block.pinned]

    @pytest.mark.parametrize("start_at", ["", "soon", "2026-11-26T14:00", "2026-11-01T14:00Z", "9999-12-31T23:59Z"])
    async def test_invalid(self, site: Site, stage: Stage, start_at: str) -> None:
        """No instant, none of a zone, one that has passed, one beyond all plans."""
        _, blocks = await split(site, stage)
        part = await site.press(f"/blocks/{blocks[0].id}/pin?start_at={start_at}", None, 422)
        assert has(part, ".toast[data-kind=error]")
        assert not any(block.pinned for block in await stage.all_blocks())

    @pytest.mark.parametrize("block_id", BAD_IDS)
    async def test_missing(self, site: Site, block_id: str) -> None:
        await site.press(f"/blocks/{block_id}/pin?start_at=2026-11-26T14:00Z", None, 404)
        await site.press(f"/blocks/{block_id}/unpin", None, 404)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.blocks(await stage.add("Eve's", stage.eve), stage.eve)
        await site.press(f"/blocks/{hers[0].id}/pin?start_at=2026-11-26T14:00Z", None, 404)
        assert not (await stage.all_blocks(stage.eve))[0].pinned


class TestParts:
    async def test_life(self, site: Site, stage: Stage) -> None:
        """Added by a line each, put in order, removed, brought back."""
        whole = await stage.add("Move house")
        for line in ("Van 1h", "Boxes 2h"):
            part = await site.press(f"/tasks/{whole}/parts", {"text": line})
        assert targets(part) == ["#parts", *REGIONS, "#toasts"]
        first, second = (str(node.attributes["id"]).removeprefix("part-") for node in part.css("#parts li"))
        assert text(part, f"#part-{second} .part-words").startswith("Boxes Today 10:00–12:00")
        assert "0 of 2 parts done" in text(part, f"#task-{whole} .task-facts")
        assert text(part, f"#task-{first} .task-groups") == "part of Move house"
        assert not has(part, f"#task-{whole} button[aria-label^=Start]")
        part = await site.press(f"/parts/{second}/earlier")
        assert [node.attributes["id"] for node in part.css("#parts li")] == [f"part-{second}", f"part-{first}"]
        part = await site.press(f"/parts/{first}/remove")
        assert len(part.css("#parts li")) == 1
        undo = part.css_first(".toast button[formaction]")
        assert undo is not None
        await site.press(str(undo.attributes["formaction"]))
        assert len((await site.part(f"/tasks/{whole}")).css("#parts li")) == 2

    async def test_an_open_form_can_still_be_saved(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        typed = await fields(site, whole, title="Move the office")
        await site.press(f"/tasks/{whole}/parts", {"text": "Van 1h"})
        await site.press(f"/tasks/{whole}", typed)
        assert (await stage.task(whole)).title == "Move the office"

    async def test_frame_form(self, site: Site, stage: Stage) -> None:
        """The dialog of a whole has no fields for a slot of its own; saving it changes nothing by itself."""
        whole = await stage.add("Move house 2h")
        await site.press(f"/tasks/{whole}/parts", {"text": "Van 1h"})
        dialog = await site.part(f"/tasks/{whole}")
        assert [has(dialog, place) for place in ("#splitting", "#suits", "#field-start_at")] == [False] * 3
        version = (await stage.task(whole)).version
        await site.press(f"/tasks/{whole}", await fields(site, whole))
        assert (await stage.task(whole)).version == version
        await site.press(f"/tasks/{whole}", await fields(site, whole, parts_in_order=""))
        assert not (await stage.task(whole)).parts_in_order

    async def test_double_submit(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        token = value(await site.part(f"/tasks/{whole}"), "#part-form [name=token]")
        for _ in range(2):
            part = await site.press(f"/tasks/{whole}/parts", {"text": "Van 1h", "token": token})
        assert len(part.css("#parts li")) == 1

    async def test_invalid(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        part = await site.press(f"/tasks/{whole}/parts", {"text": "Van 31 Feb"}, 422)
        assert value(part, "#part-text[aria-invalid]") == "Van 31 Feb"
        assert "31 February" in text(part, "#parts[open] #part-error")
        assert (await site.submit(f"/tasks/{whole}/parts", {"text": ""})).status_code == 422

    async def test_part_of_a_part(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        part = await site.press(f"/tasks/{whole}/parts", {"text": "Van 1h"})
        child = str(part.css("#parts li")[0].attributes["id"]).removeprefix("part-")
        dialog = await site.part(f"/tasks/{child}")
        assert text(dialog, ".dialog-name .eyebrow") == "Part of Move house"
        assert not has(dialog, "#parts")
        await site.press(f"/tasks/{child}/parts", {"text": "Wheels 1h"}, 422)

    async def test_last_one_offers_the_whole(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        part = await site.press(f"/tasks/{whole}/parts", {"text": "Van 1h"})
        child = str(part.css("#parts li")[0].attributes["id"]).removeprefix("part-")
        done = await site.press(f"/tasks/{child}/complete")
        assert "All parts of “Move house” are done" in text(done, ".toast-text")
        assert "All 1 part done: complete it" in text(done, f"#task-{whole} .task-facts")
        assert not has(done, ".chip-risk")

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        answer = await site.submit(f"/tasks/{whole}/parts", {"text": "Van 1h"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/tasks/{whole}#parts")
        assert len((await site.page(f"/tasks/{whole}")).css("#parts li")) == 1

    @pytest.mark.parametrize("part_id", BAD_IDS)
    @pytest.mark.parametrize("verb", ["earlier", "later", "remove"])
    async def test_missing(self, site: Site, part_id: str, verb: str) -> None:
        await site.press(f"/parts/{part_id}/{verb}", None, 404)

    async def test_no_part(self, site: Site, stage: Stage) -> None:
        """A task that is no part is not removed by this address."""
        task_id = await stage.add("Move house")
        await site.press(f"/parts/{task_id}/remove", None, 404)
        assert (await stage.task(task_id)).deleted_at is None

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's", stage.eve)
        await site.press(f"/tasks/{hers}/parts", {"text": "Mine 1h"}, 404)
        assert await stage.all_blocks() == []


class TestProjects:
    async def test_life(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Invoices")
        assert "None yet" in text(await site.page("/projects"), "#projects")
        await site.press(f"/tasks/{task_id}", await fields(site, task_id, project="Finance", labels="desk"))
        page = await site.page("/projects")
        assert text(page, "#projects .group-tasks") == "1 open task"
        url = str(page.css("#projects .group-form")[0].attributes["action"])
        part = await site.press(url, {"name": "Money", "hours": "7.5"})
        assert (targets(part), value(part, "#projects [name=hours]")) == (["#project-lists", "#toasts"], "7.5")
        part = await site.press(f"{url}/delete")
        assert "None yet" in text(part, "#projects")
        assert not has(await site.part(f"/tasks/{task_id}"), "#field-project[value=Money]")

    async def test_invalid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Invoices")
        await site.press(f"/tasks/{task_id}", await fields(site, task_id, labels="desk, home"))
        (first, _) = (await site.page("/projects")).css("#labels .group-form")
        url, typed = str(first.attributes["action"]), {"name": "HOME", "hours": "200"}
        for page in (await site.press(url, typed, 422), parse(await site.submit(url, typed))):
            assert [node.text() for node in page.css("#labels .field-error")] == [
                "“home” exists already.",
                "Hours a week are a number above 0 and up to 168, such as 7.5.",
            ]
            assert len(page.css("#labels [aria-invalid][autofocus]")) == 2
            assert [node.attributes["value"] for node in page.css("#labels [name=name]")] == ["HOME", "home"]

    @pytest.mark.parametrize("group_id", BAD_IDS)
    @pytest.mark.parametrize("kind", ["project", "label"])
    async def test_missing(self, site: Site, kind: str, group_id: str) -> None:
        await site.press(f"/projects/{kind}/{group_id}", {"name": "x"}, 404)
        await site.press(f"/projects/{kind}/{group_id}/delete", None, 404)

    async def test_unknown_kind(self, site: Site) -> None:
        await site.press("/projects/folder/1", {"name": "x"}, 404)


class TestRepeat:
    async def test_said_in_words(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Water plants 20min")
        part = await site.press(f"/tasks/{task_id}/repeat", {"repeats": "every Friday"})
        assert "“Water plants” repeats. Next: Fri." in text(part, ".toast-text")
        assert "Repeats every Friday" in text(await site.part(f"/tasks/{task_id}"), "#series")

    async def test_not_understood(self, site: Site, stage: Stage) -> None:
        """What was typed stays, and the sentence stands at its place."""
        task_id = await stage.add("Water plants 20min")
        part = await site.press(f"/tasks/{task_id}/repeat", {"repeats": "now and then"}, 422)
        assert value(part, "#repeats") == "now and then"
        assert "Say it like" in text(part, "#series[aria-label] details[open] #repeats-error")

    async def test_done(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Water plants 20min")
        await site.press(f"/tasks/{task_id}/complete", {})
        assert not has(await site.part(f"/tasks/{task_id}"), "#repeats")
        await site.press(f"/tasks/{task_id}/repeat", {"repeats": "daily"}, 409)
