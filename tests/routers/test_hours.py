"""Hours on the settings page: sets, weeks in turn, days off, how one works; with htmx and without scripts."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from services.hour_service import HourService
from tests.support.pages import Site, has, parse, targets, text, value
from tests.support.stage import Stage

WORK = {
    "name": "Work",
    "cycle_weeks": "1",
    "mon_start_1": "09:00",
    "mon_end_1": "12:00",
    "mon_start_2": "13:00",
    "mon_end_2": "17:00",
}
RHYTHM = {
    "max_stretch_minutes": "90",
    "break_minutes": "15",
    "buffer_minutes": "5",
    "focus_start": "09:00",
    "focus_end": "12:00",
}
OFF = {"first_on": "2026-12-24", "last_on": "2027-01-02", "note": "Christmas <3"}


def values(tree: LexborHTMLParser, within: str, names: dict[str, str]) -> dict[str, str]:
    return {name: value(tree, f"{within} input[name={name}]") for name in names if name != "cycle_weeks"}


def rows(tree: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text().split()) for node in tree.css("#settings-days .days li")]


class TestSaveSet:
    async def test_valid(self, site: Site) -> None:
        part = await site.press("/settings/hours/1", WORK)
        assert targets(part) == ["#hour-set-1"]
        assert values(part, "#hour-set-1", WORK) == {name: WORK[name] for name in WORK if name != "cycle_weeks"}
        assert value(part, "input[name=tue_start_1]") == ""
        assert has(part, "#hour-set-1[open] .saved")
        assert text(part, "#hour-set-1 > summary .muted") == "Mon 09:00–12:00, 13:00–17:00"

    async def test_midnight(self, site: Site) -> None:
        form = WORK | {"fri_start_1": "20:00", "fri_end_1": "00:00"}
        assert values(await site.press("/settings/hours/1", form), "#hour-set-1", form)["fri_end_1"] == "00:00"

    async def test_invalid(self, site: Site) -> None:
        form = WORK | {"mon_start_2": "11:00", "wed_start_1": "25:00", "thu_end_3": "10:00"}
        part = await site.press("/settings/hours/1", form, 422)
        assert text(part, "#hours-1-mon-error") == "These stretches overlap."
        for day in ("wed", "thu"):
            assert "09:00 and 17:00" in text(part, f"#hours-1-{day}-error")
            assert part.css(f"fieldset[aria-describedby=hours-1-{day}-error]")
        assert values(part, "#hour-set-1", form) == {name: form[name] for name in form if name != "cycle_weeks"}
        assert not has(part, ".saved")

    async def test_name(self, site: Site) -> None:
        """A renamed set is named anew where days name it; an empty name is said at the name."""
        await site.press("/settings/hours", {"name": "Personal"})
        part = await site.press("/settings/hours/1", WORK | {"name": "Office"})
        assert targets(part) == ["#hour-set-1", "#settings-days"]
        assert "Office" in text(part, "#field-set_id")
        part = await site.press("/settings/hours/1", WORK | {"name": " "}, 422)
        assert text(part, "#field-hours-1-name-error").endswith("such as Personal.")

    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/settings/hours/1", WORK)
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings#hour-set-1")
        answer = await site.submit("/settings/hours/1", WORK | {"mon_end_1": ""})
        assert answer.status_code == 422
        assert has(parse(answer), "#hours-1-mon-error")
        assert has(parse(answer), "#settings-zone")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        """Eve's set, and one that is not there, answer alike."""
        async with stage.writing(stage.eve) as scope:
            hers = (await HourService(scope).sets())[0].id
        answers = []
        for set_id in (hers, 10**6):
            for path, form in (("", WORK), ("", WORK | {"mon_end_1": ""}), ("/weeks", WORK), ("/delete", {})):
                answer = await site.http.post(f"/settings/hours/{set_id}{path}", data=form, headers={"HX-Request": "true"})
                answers.append((path, answer.status_code, answer.text))
            answer = await site.submit("/settings/days", OFF | {"set_id": str(set_id)})
            answers.append(("days", answer.status_code, answer.text))
        assert {status for _, status, _ in answers} == {404}
        assert answers[:5] == answers[5:]


class TestWeeks:
    async def test_in_turn(self, site: Site) -> None:
        """Choosing two weeks shows two, alike, and stores nothing; saving stores both, and says which is now."""
        part = await site.press("/settings/hours/1/weeks", WORK | {"cycle_weeks": "2"})
        assert value(part, "[name=week2_mon_start_2]") == "13:00"
        assert len((await site.page("/settings")).css(".hours-week")) == 0
        form = WORK | {"cycle_weeks": "2", "week_now": "2", "week2_mon_start_1": "10:00", "week2_mon_end_1": "11:00"}
        part = await site.press("/settings/hours/1", form)
        assert text(part, "#hour-set-1 > summary .muted") == "Mon 10:00–11:00 (week 2 of 2)"
        opened = part.css(".hours-week[open] > summary")
        assert [" ".join(node.text().split()) for node in opened] == ["Week 2 Now"]
        assert value(part, "[name=mon_start_2]") == "13:00"

    async def test_mistake_in_a_folded_week(self, site: Site) -> None:
        """The week with the mistake is unfolded, and its fields name the week."""
        form = WORK | {"cycle_weeks": "2", "week_now": "1", "week2_tue_start_1": "10:00"}
        part = await site.press("/settings/hours/1", form, 422)
        assert len(part.css(".hours-week[open]")) == 2
        field = part.css_first("[name=week2_tue_start_1]")
        assert field is not None
        assert field.attributes["aria-label"] == "Tuesday of week 2, first stretch from"
        assert field.attributes["aria-describedby"] == "hours-1-week2_tue-error"

    async def test_without_scripts(self, site: Site) -> None:
        page = parse(await site.submit("/settings/hours/1/weeks", WORK | {"cycle_weeks": "3", "name": "Shifts"}))
        assert len(page.css(".hours-week")) == 3
        assert value(page, "#field-hours-1-name") == "Shifts"


class TestSets:
    async def test_add_and_delete(self, site: Site) -> None:
        page = await site.page("/settings")
        assert not has(page, ".hours-delete")
        assert not has(page, "#field-set_id")
        part = await site.press("/settings/hours", {"name": "Personal"})
        assert targets(part) == ["#settings-hours", "#settings-days", "#toasts"]
        names = [node.text() for node in part.css(".hour-set h3")]
        assert names == ["Work", "Personal"]
        added = part.css(".hour-set[open]")
        assert [node.text() for node in part.css(".hour-set[open] h3")] == ["Personal"]
        part = await site.press(f"/settings/hours/{str(added[0].attributes['id']).removeprefix('hour-set-')}/delete")
        assert text(part, ".toast-text") == "Deleted “Personal”."
        assert [node.text() for node in part.css(".hour-set h3")] == ["Work"]

    async def test_invalid(self, site: Site) -> None:
        part = await site.press("/settings/hours", {"name": "work"}, 422)
        assert text(part, "#field-new-set-error") == "There is a set named “work” already."
        assert value(part, "#field-new-set") == "work"

    async def test_last_one(self, site: Site) -> None:
        part = await site.press("/settings/hours/1/delete", {}, 422)
        assert "last set" in text(part, ".toast[data-kind=error] .toast-text")

    async def test_ids_are_unique(self, site: Site) -> None:
        await site.press("/settings/hours", {"name": "Personal"})
        ids = [node.attributes["id"] for node in (await site.page("/settings")).css("[id]")]
        assert len(ids) == len(set(ids))


class TestDays:
    async def test_add_remove_undo(self, site: Site) -> None:
        part = await site.press("/settings/days", OFF)
        assert targets(part) == ["#settings-days", "#toasts"]
        assert rows(part) == ["Thu 24 Dec – Sat 2 Jan 2027 10 days off Christmas <3"]
        form = {str(node.attributes["name"]): node.attributes["value"] or "" for node in part.css(".days li input")}
        part = await site.press("/settings/days/remove", form)
        assert rows(part) == []
        undo = part.css_first("#settings-days ~ .toast button, .toast button[hx-post]")
        assert undo is not None
        part = await site.press(str(undo.attributes["hx-post"]))
        assert rows(part) == ["Thu 24 Dec – Sat 2 Jan 2027 10 days off Christmas <3"]

    async def test_other_hours_of_one_set(self, site: Site) -> None:
        await site.press("/settings/hours", {"name": "Personal"})
        form = {"first_on": "2026-11-28", "set_id": "1", "start_1": "10:00", "end_1": "14:00"}
        part = await site.press("/settings/days", form)
        assert rows(part) == ["Sat 28 Nov 10:00–14:00 in Work only"]
        assert text(part, ".toast-text") == "Sat 28 Nov: 10:00–14:00."

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"first_on": "2026-11-22"}, "first_on"),
            ({"last_on": "2026-12-23"}, "last_on"),
            ({"last_on": "2027-03-01"}, "last_on"),
            ({"note": "x" * 101}, "note"),
        ],
    )
    async def test_invalid(self, site: Site, changes: dict[str, str], field: str) -> None:
        part = await site.press("/settings/days", OFF | changes, 422)
        assert text(part, f"#field-{field}-error").endswith(".")
        assert {name: value(part, f"#field-{name}") for name in OFF} == OFF | changes
        assert rows(part) == []

    async def test_invalid_times(self, site: Site) -> None:
        """The times that were typed stay in sight."""
        part = await site.press("/settings/days", OFF | {"start_2": "10:00"}, 422)
        assert "09:00 and 17:00" in text(part, "#days-stretches-error")
        assert has(part, "#settings-days .disclosure[open]")
        assert value(part, "#settings-days .spans [name=start_2]") == "10:00"

    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/settings/days", OFF)
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings#settings-days")
        await site.submit("/settings/days/remove", {"first_on": "2026-12-24", "last_on": "2027-01-02"})
        page = await site.page("/settings")
        assert rows(page) == []
        undo = page.css_first(".toast button[formaction]")
        assert undo is not None
        assert (await site.submit(str(undo.attributes["formaction"]))).status_code == 303
        assert len(rows(await site.page("/settings"))) == 1

    async def test_nothing_to_remove(self, site: Site) -> None:
        part = await site.press("/settings/days/remove", {"first_on": "2026-12-24"}, 404)
        assert "usual hours already" in text(part, ".toast-text")


class TestRhythm:
    async def test_valid(self, site: Site) -> None:
        part = await site.press("/settings/rhythm", RHYTHM)
        assert has(part, "#settings-rhythm .saved")
        page = await site.page("/settings")
        assert {name: value(page, f"#settings-rhythm [name={name}]") for name in RHYTHM} == RHYTHM

    async def test_invalid(self, site: Site) -> None:
        form = RHYTHM | {"break_minutes": "", "buffer_minutes": "300", "focus_end": "08:00"}
        part = await site.press("/settings/rhythm", form, 422)
        assert text(part, "#field-break_minutes-error") == "Say how long the break is, or leave both empty."
        assert text(part, "#field-buffer_minutes-error") == "From 0 to 240 minutes."
        assert text(part, "#focus-error") == "It must end after it starts, on the same day."
        assert {name: value(part, f"[name={name}]") for name in form} == form
