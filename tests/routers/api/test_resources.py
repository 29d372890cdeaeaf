"""The other resources of the API: busy times, hours, context, settings, chat, executions, history and people."""

from __future__ import annotations

import pytest

from assistant.operations import AddTask
from services.chat import ChatService
from services.chat_acts import Reply
from services.hour_service import HourService
from tests.support.pages import Site
from tests.support.stage import KEY, Stage

API = "/api/v1"
STANDUP = {"title": "Standup", "start": "2026-11-24T08:30:00Z", "end": "2026-11-24T08:45:00Z"}
MONDAYS = {"week": 1, "weekday": 0, "start": "09:00", "end": "24:00"}


class TestEvents:
    async def test_life(self, site: Site, stage: Stage) -> None:
        made = await site.http.post(f"{API}/events", json=STANDUP)
        path = made.headers["location"]
        assert (made.status_code, made.json()["unpinned"]) == (201, [])
        event = (await site.http.get(path)).json()
        assert event == {"id": 1, **STANDUP, "version": event["version"]}
        assert (await site.http.get(f"{API}/events")).json() == [event]
        changed = await site.http.patch(path, json={"title": "Retro"}, headers={"If-Match": made.headers["etag"]})
        assert (changed.json()["title"], changed.json()["start"]) == ("Retro", STANDUP["start"])
        stale = await site.http.patch(path, json={"title": "Demo"}, headers={"If-Match": made.headers["etag"]})
        assert (stale.status_code, stale.json()["status_code"]) == (412, 412)
        assert (await site.http.delete(path)).status_code == 204
        assert (await site.http.get(path)).status_code == 404

    async def test_tag_of_another(self, site: Site) -> None:
        """SQLite gives the id of a deleted row to the next one; what was read of the one is no tag of the other."""
        first = await site.http.post(f"{API}/events", json=STANDUP)
        await site.http.delete(first.headers["location"])
        second = await site.http.post(f"{API}/events", json=STANDUP)
        stale = {"If-Match": first.headers["etag"]}
        assert (await site.http.delete(second.headers["location"], headers=stale)).status_code == 412

    async def test_unpins(self, site: Site, stage: Stage) -> None:
        await site.http.post(f"{API}/tasks", json={"title": "Call", "start": "2026-11-24T08:30:00Z"})
        assert (await site.http.post(f"{API}/events", json=STANDUP)).json()["unpinned"] == ["Call"]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            (STANDUP | {"title": " "}, "title"),
            (STANDUP | {"end": STANDUP["start"]}, "end"),
            (STANDUP | {"end": "2027-03-24T08:45:00Z"}, "end"),
            (STANDUP | {"start": "2099-03-24T08:45:00Z"}, "start"),
            (STANDUP | {"start": "2026-11-24T08:30:00"}, "start"),
            (STANDUP | {"colour": "red"}, "colour"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, sent: dict[str, str], field: str) -> None:
        answer = await site.http.post(f"{API}/events", json=sent)
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [field])

    @pytest.mark.parametrize(
        "query",
        [
            *("since=x", "until=2020-01-01T00:00:00Z", "until=2030-01-01T00:00:00Z", "since=9999-12-31T00:00:00Z"),
            "since=0001-01-01T00:00:00%2B14:00&until=0001-02-01T00:00:00Z",
            "since=9999-12-31T23:00:00-14:00&until=9999-12-31T23:59:00-14:00",
        ],
    )
    async def test_span(self, site: Site, stage: Stage, query: str) -> None:
        assert (await site.http.get(f"{API}/events?{query}")).status_code == 422

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        for path in (f"{API}/events/1", f"{API}/events/999"):
            answers = [await site.http.get(path), await site.http.patch(path, json={}), await site.http.delete(path)]
            assert {(a.status_code, a.json()["detail"]) for a in answers} == {(404, "This busy time does not exist any more.")}


class TestHours:
    async def test_sets(self, site: Site, stage: Stage) -> None:
        usual = (await site.http.get(f"{API}/hours")).json()["sets"][0]
        assert (usual["name"], usual["is_usual"], len(usual["ranges"])) == ("Work", True, 5)
        made = await site.http.post(f"{API}/hours", json={"name": "Evenings", "ranges": [MONDAYS]})
        path = made.headers["location"]
        assert (made.status_code, made.json()["ranges"], made.json()["is_usual"]) == (201, [MONDAYS], False)
        turns = {"name": "Nights", "ranges": [MONDAYS | {"week": 2}], "cycle_weeks": 2, "week_now": 2}
        changed = (await site.http.put(path, json=turns)).json()
        assert {name: changed[name] for name in turns} == turns
        assert (await site.http.get(path)).json() == changed
        assert (await site.http.delete(path)).status_code == 204
        assert (await site.http.get(path)).status_code == 404
        assert (await site.http.delete(f"{API}/hours/{usual['id']}")).status_code == 422

    async def test_all_or_nothing(self, site: Site, stage: Stage) -> None:
        """A set whose weeks cannot be is not made, and keeps its name."""
        overlap = [MONDAYS, MONDAYS | {"start": "10:00"}]
        answer = await site.http.post(f"{API}/hours", json={"name": "Evenings", "ranges": overlap})
        assert (answer.status_code, answer.json()["fields"]) == (422, {"mon": "These stretches overlap."})
        await site.http.put(f"{API}/hours/1", json={"name": "Evenings", "ranges": overlap})
        assert [item["name"] for item in (await site.http.get(f"{API}/hours")).json()["sets"]] == ["Work"]

    @pytest.mark.parametrize("bad", [{"start": "24:00"}, {"start": "9:00"}, {"weekday": 7}, {"week": 2}])
    async def test_invalid(self, site: Site, stage: Stage, bad: dict[str, object]) -> None:
        answer = await site.http.post(f"{API}/hours", json={"name": "Evenings", "ranges": [MONDAYS | bad]})
        assert answer.status_code == 422

    async def test_exceptions(self, site: Site, stage: Stage) -> None:
        dates = {"first_on": "2026-12-24", "last_on": "2026-12-26"}
        off: dict[str, object] = {"set_id": None, **dates, "stretches": [], "note": "Christmas"}
        assert (await site.http.put(f"{API}/hours/exceptions", json=off)).json() == [off]
        assert (await site.http.get(f"{API}/hours/exceptions")).json() == [off]
        query = "first_on=2026-12-24&last_on=2026-12-26"
        assert (await site.http.delete(f"{API}/hours/exceptions?{query}")).status_code == 204
        assert (await site.http.delete(f"{API}/hours/exceptions?{query}")).status_code == 404
        past = await site.http.put(f"{API}/hours/exceptions", json={"first_on": "2020-01-01"})
        assert [*past.json()["fields"]] == ["first_on"]

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        async with stage.reading(stage.eve) as scope:
            theirs = (await HourService(scope).sets())[0].id
        body = {"name": "Eve was here", "ranges": []}
        for set_id in (theirs, 999):
            path = f"{API}/hours/{set_id}"
            answers = [await site.http.get(path), await site.http.put(path, json=body), await site.http.delete(path)]
            answers.append(await site.http.put(f"{API}/hours/exceptions", json={"set_id": set_id, "first_on": "2026-12-24"}))
            assert [answer.status_code for answer in answers] == [404] * 4


class TestContext:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        shown = (await site.http.put(f"{API}/context", json={"text": "Lunch at noon. I like tea."})).json()
        (proposed,) = shown["proposed"]
        assert (shown["text"], shown["accepted"]) == ("Lunch at noon. I like tea.", [])
        accepted = (await site.http.post(f"{API}/context/{proposed['id']}/accept")).json()
        assert [item["id"] for item in accepted["accepted"]] == [proposed["id"]]
        removed = (await site.http.post(f"{API}/context/{proposed['id']}/remove")).json()
        assert (removed["accepted"], len(removed["dismissed"])) == ([], 1)
        assert (await site.http.get(f"{API}/context")).json() == removed

    async def test_invalid(self, site: Site, stage: Stage) -> None:
        assert (await site.http.put(f"{API}/context", json={"text": "x" * 10_001})).status_code == 422
        for act in ("accept", "remove"):
            assert (await site.http.post(f"{API}/context/999/{act}")).status_code == 404


class TestSettings:
    async def test_key_never_comes_out(self, site: Site, stage: Stage) -> None:
        sent = {"model": "openai/gpt-5-mini", "api_key": KEY, "api_base": "http://127.0.0.1:9/v1"}
        answer = await site.http.patch(f"{API}/settings", json=sent)
        assert (answer.status_code, answer.json()["key_hint"]) == (200, f"•••• {KEY[-4:]}")
        assert KEY not in answer.text + (await site.http.get(f"{API}/settings")).text
        kept = (await site.http.patch(f"{API}/settings", json={"max_tokens": 500})).json()
        assert (kept["key_hint"], kept["max_tokens"], kept["model"]) == (f"•••• {KEY[-4:]}", 500, "openai/gpt-5-mini")
        gone = (await site.http.patch(f"{API}/settings", json={"api_key": None, "api_base": None})).json()
        assert (gone["key_hint"], gone["api_base"]) == (None, None)

    async def test_key_is_not_in_an_error(self, site: Site, stage: Stage) -> None:
        answer = await site.http.patch(f"{API}/settings", json={"api_key": KEY + "\n\u20ac", "model": "x"})
        assert (answer.status_code, {*answer.json()["fields"]}) == (422, {"api_key", "model"})
        assert KEY not in answer.text

    async def test_only_what_is_sent(self, site: Site, stage: Stage) -> None:
        before = (await site.http.get(f"{API}/settings")).json()
        sent: dict[str, object] = {
            **{"timezone": "Asia/Tokyo", "day_first": True, "clock": "12", "ai_enabled": False, "temperature": 0.5},
            **{"max_stretch_minutes": 90, "break_minutes": 15, "buffer_minutes": 5},
            **{"focus_start": "09:00", "focus_end": "12:00"},
            **{"taste_deadlines": "more", "taste_importance": "less", "taste_times": "more", "taste_calm": "more"},
            **{"remind_minutes": 0, "tells_risks": True},
        }
        for name, value in sent.items():
            together: dict[str, object] = {"break_minutes": 15} if name == "max_stretch_minutes" else {}
            together |= {"focus_end": "12:00"} if name == "focus_start" else {}
            answer = await site.http.patch(f"{API}/settings", json={name: value, **together})
            assert answer.status_code == 200, answer.text
        assert (await site.http.get(f"{API}/settings")).json() == before | sent

    @pytest.mark.parametrize(
        "sent",
        [
            *({"timezone": "Mars/Base"}, {"max_tokens": 5}, {"temperature": 3}, {"model": "gpt"}, {"api_base": "ftp://x"}),
            *({"max_stretch_minutes": 90}, {"focus_start": "12:00", "focus_end": "09:00"}, {"colour": "red"}),
            *({"taste_calm": "utterly"}, {"taste_times": None}, {"remind_minutes": 7}),
            *({"clock": "13"}, {"focus_start": "09:00"}, {"focus_end": "09:00"}),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, sent: dict[str, object]) -> None:
        before = (await site.http.get(f"{API}/settings")).json()
        answer = await site.http.patch(f"{API}/settings", json={"buffer_minutes": 5, **sent})
        assert answer.status_code == 422
        assert {*answer.json()["fields"]} & {*sent, "break_minutes"}
        assert (await site.http.get(f"{API}/settings")).json() == before


class TestChat:
    async def test_answer(self, site: Site, stage: Stage) -> None:
        answer = await site.http.post(f"{API}/chat", json={"text": "Add write the report, 2h by Friday"})
        question, reply = answer.json()["messages"]
        assert (answer.status_code, question["author"], reply["author"]) == (201, "person", "dayloom")
        assert [card["purpose"] for card in reply["cards"]] == ["undo"]
        assert (await site.http.get(f"{API}/tasks")).json()["total"] == 1
        assert [message["id"] for message in (await site.http.get(f"{API}/chat")).json()["messages"]] == [1, 2]
        assert (await site.http.delete(f"{API}/chat")).status_code == 204
        assert (await site.http.get(f"{API}/chat")).json() == {"messages": [], "older": None}

    @pytest.mark.parametrize(("act", "left"), [("confirm", 0), ("decline", 1)])
    async def test_card(self, site: Site, stage: Stage, act: str, left: int) -> None:
        await stage.add("Write report")
        asked = (await site.http.post(f"{API}/chat", json={"text": "Delete write report"})).json()
        (card,) = asked["messages"][-1]["cards"]
        path, body = f"{API}/chat/cards/{card['id']}/{act}", {"option": 0} if act == "confirm" else None
        told = await site.http.post(path, json=body)
        assert (told.status_code, len(told.json()["messages"])) == (200, 1)
        assert (await site.http.get(f"{API}/tasks")).json()["total"] == left
        assert (await site.http.post(path, json=body)).status_code == 409
        assert (await site.http.post(f"{API}/chat/cards/999/decline")).status_code == 404

    async def test_stop(self, site: Site, stage: Stage) -> None:
        """What was done by then stays, with its undo; twice is once; another's message and none are alike."""
        async with stage.writing() as scope:
            asked = await ChatService(scope).ask("add buy milk. add call mum")
            await ChatService(scope).step(AddTask(text="buy milk"), Reply(reply_to_id=asked))
        for _ in range(2):
            answer = await site.http.post(f"{API}/chat/{asked}/stop")
            question, reply = answer.json()["messages"]
            assert (answer.status_code, question["id"], question["state"]) == (200, asked, "")
            assert "You stopped this here." in reply["text"]
            assert [card["purpose"] for card in reply["cards"]] == ["undo"]
        async with stage.writing(stage.eve) as scope:
            hers = await ChatService(scope).ask("add call mum")
        answers = [await site.http.post(f"{API}/chat/{number}/stop") for number in (hers, reply["id"], 999)]
        assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}

    async def test_invalid(self, site: Site, stage: Stage) -> None:
        for text in ("", "x" * 5000):
            answer = await site.http.post(f"{API}/chat", json={"text": text})
            assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["text"])


class TestExecutions:
    async def test_runs(self, site: Site, stage: Stage) -> None:
        await stage.add("Write 2h")
        await stage.planned()
        (run,) = (await site.http.get(f"{API}/executions")).json()
        assert (run["summary"], run["total"]) == ("added 1", 1)
        whole = (await site.http.get(f"{API}/executions/{run['id']}")).json()
        assert [change["title"] for change in whole["changes"]] == ["Write"]
        assert (await site.http.get(f"{API}/executions?before={run['id']}")).json() == []
        assert (await site.http.get(f"{API}/executions/999")).status_code == 404

    async def test_time_entries(self, site: Site, stage: Stage) -> None:
        task_id, theirs = await stage.add("Write 2h"), await stage.add("Eve's", stage.eve)
        await site.http.post(f"{API}/tasks/{task_id}/start")
        stage.clock.advance(minutes=25)
        (entry,) = (await site.http.get(f"{API}/executions/time-entries")).json()
        assert (entry["task"], entry["ended"], entry["minutes"]) == ("Write", None, 25)
        await site.http.post(f"{API}/tasks/{task_id}/stop")
        (entry,) = (await site.http.get(f"{API}/executions/time-entries?task_id={task_id}")).json()
        assert (entry["ended"], entry["minutes"]) == ("2026-11-23T08:25:00Z", 25)
        assert (await site.http.get(f"{API}/executions/time-entries?task_id={theirs}")).json() == []

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's 2h", stage.eve)
        await stage.planned()
        assert (await site.http.get(f"{API}/executions")).json() == []
        assert (await site.http.get(f"{API}/executions/1")).status_code == 404


async def test_history(site: Site, stage: Stage) -> None:
    task_id = await stage.add("Write 2h")
    await site.http.post(f"{API}/tasks/{task_id}/start")
    stage.clock.advance(minutes=150)
    await site.http.patch(f"{API}/tasks/{task_id}/complete")
    found = (await site.http.get(f"{API}/history")).json()
    (done,) = found["tasks"]
    assert (done["title"], done["planned_minutes"], done["actual_minutes"], found["older"]) == ("Write", 120, 150, None)
    assert (await site.http.get(f"{API}/history", params={"to": "2026-11-22"})).json()["tasks"] == []
    assert (await site.http.get(f"{API}/history", params={"to": "9999-12-31"})).status_code == 422


async def test_users(site: Site, stage: Stage) -> None:
    (me,) = (await site.http.get(f"{API}/users")).json()
    assert (me["id"], me["name"], me["timezone"]) == (stage.ada, "ada", "Europe/Berlin")
    assert (await site.http.get(f"{API}/users/me")).json() == me
    assert (await site.http.get(f"{API}/users/{stage.ada}")).json() == me
    foreign, missing = [await site.http.get(f"{API}/users/{who}") for who in (stage.eve, 999)]
    assert (foreign.status_code, foreign.json()) == (404, missing.json())
