"""How a person works, and that the planner obeys it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from errors import InvalidInputError
from models import Energy
from repositories.tasks import TaskRepository
from services.rhythm import Rhythm, RhythmService, parse_rhythm, rhythm_form
from tests.support.stage import Stage, local

FULL = Rhythm(90, 15, 10, (540, 720))


async def set_rhythm(stage: Stage, rhythm: Rhythm) -> None:
    async with stage.writing() as scope:
        await RhythmService(scope).set_rhythm(rhythm)


class TestParse:
    @pytest.mark.parametrize("rhythm", [Rhythm(), FULL, Rhythm(focus=(1200, 1440)), Rhythm(buffer_minutes=240)])
    def test_there_and_back(self, rhythm: Rhythm) -> None:
        assert parse_rhythm(rhythm_form(rhythm)) == rhythm

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"max_stretch_minutes": ""}, ["max_stretch_minutes"]),
            ({"break_minutes": "0"}, ["break_minutes"]),
            ({"max_stretch_minutes": "14"}, ["max_stretch_minutes"]),
            ({"max_stretch_minutes": "721"}, ["max_stretch_minutes"]),
            ({"break_minutes": "4"}, ["break_minutes"]),
            ({"break_minutes": "a bit"}, ["break_minutes"]),
            ({"buffer_minutes": "241"}, ["buffer_minutes"]),
            ({"buffer_minutes": "-5"}, ["buffer_minutes"]),
            ({"buffer_minutes": "9" * 400}, ["buffer_minutes"]),
            ({"focus_end": ""}, ["focus"]),
            ({"focus_end": "09:00"}, ["focus"]),
            ({"focus_start": "25:00"}, ["focus"]),
            ({"break_minutes": "", "focus_start": "x"}, ["break_minutes", "focus"]),
        ],
    )
    def test_invalid(self, changes: dict[str, str], fields: list[str]) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_rhythm(rhythm_form(FULL) | changes)
        assert [*caught.value.fields] == fields


class TestSetRhythm:
    async def test_valid(self, stage: Stage) -> None:
        await set_rhythm(stage, FULL)
        async with stage.reading() as scope:
            assert await RhythmService(scope).get() == FULL
        async with stage.reading(stage.eve) as scope:
            assert await RhythmService(scope).get() == Rhythm()

    @pytest.mark.parametrize("rhythm", [Rhythm(90), Rhythm(0, 15), Rhythm(buffer_minutes=-1), Rhythm(focus=(720, 540))])
    async def test_invalid(self, stage: Stage, rhythm: Rhythm) -> None:
        with pytest.raises(InvalidInputError):
            await set_rhythm(stage, rhythm)

    async def test_buffer(self, stage: Stage) -> None:
        """The plan that stands follows: half an hour between tasks that lay side by side."""
        for title in ("One", "Two", "Three"):
            await stage.add(f"{title} 1h")
        await stage.planned()
        assert await gaps(stage) == [0, 0]
        await set_rhythm(stage, Rhythm(buffer_minutes=30))
        await stage.planned()
        assert all(gap >= 30 for gap in await gaps(stage))

    async def test_break(self, stage: Stage) -> None:
        """Four hours of tasks of 45 minutes: never more than 90 minutes of them without a quarter of an hour's rest."""
        for number in range(5):
            await stage.add(f"Part {number} 45min")
        await stage.planned()
        await set_rhythm(stage, Rhythm(90, 15))
        await stage.planned()
        blocks = await stage.all_blocks()
        begun = blocks[0].start_at
        for earlier, later in pairwise(blocks):
            begun = later.start_at if (later.start_at - earlier.end_at).total_seconds() >= 15 * 60 else begun
            assert (later.end_at - begun).total_seconds() <= 90 * 60
        assert len(blocks) == 5

    async def test_focus(self, stage: Stage) -> None:
        """Hard work goes into the focus time, light work around it, though both would fit at once."""
        await set_rhythm(stage, Rhythm(focus=(840, 960)))
        hard, light = await stage.add("Prove it 1h"), await stage.add("Sort mail 1h")
        async with stage.writing() as scope:
            tasks = TaskRepository(scope.session)
            await tasks.update_quietly(stage.ada, hard, energy=Energy.HIGH, needs_scheduling=True)
            await tasks.update_quietly(stage.ada, light, energy=Energy.LOW, needs_scheduling=True)
        await stage.planned()
        (at,), (other,) = await stage.blocks(hard), await stage.blocks(light)
        assert local(23, "14:00") <= at.start_at < at.end_at <= local(23, "16:00")
        assert other.end_at <= local(23, "14:00") or other.start_at >= local(23, "16:00")


async def gaps(stage: Stage) -> list[float]:
    """Minutes between the blocks of a day."""
    blocks = await stage.all_blocks()
    return [(later.start_at - earlier.end_at).total_seconds() / 60 for earlier, later in pairwise(blocks)]
