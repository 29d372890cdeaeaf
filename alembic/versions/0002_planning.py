"""What the planner obeys: several hour sets, exceptions, chunks, buffers, breaks, windows, parts, projects, labels, undo."""

import sqlalchemy as sa
from alembic.operations import BatchOperations

from alembic import op
from db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINUTES = "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440"
PREFERENCES = {
    "max_stretch_range": "max_stretch_minutes BETWEEN 0 AND 1440",
    "break_range": "break_minutes BETWEEN 0 AND 240",
    "buffer_range": "buffer_minutes BETWEEN 0 AND 240",
    "focus_range": "focus_start_minute >= 0 AND focus_end_minute <= 1440",
    "focus_ends_after_start": "focus_start_minute < focus_end_minute",
}
HOUR_SETS = {
    "cycle_weeks_range": "cycle_weeks BETWEEN 1 AND 4",
    "cycle_has_a_start": "cycle_weeks = 1 OR cycle_from_on IS NOT NULL",
}
TASKS = {
    "energy_known": "energy IN ('high', 'low')",
    "chunks_positive": "min_chunk_minutes > 0 AND max_chunk_minutes > 0 AND max_per_day_minutes > 0",
    "chunks_in_order": "min_chunk_minutes <= max_chunk_minutes",
    "buffer_range": "buffer_minutes BETWEEN 0 AND 240",
    "not_its_own_part": "parent_id <> id",
}
LINKS = (("hour_set_id", "hour_sets", "SET NULL"), ("project_id", "projects", "SET NULL"), ("parent_id", "tasks", "CASCADE"))


def upgrade() -> None:
    _create_named("projects")
    _create_named("labels")
    _alter_hours()
    _create_exceptions()
    with op.batch_alter_table("preferences") as table:
        for name in ("max_stretch_minutes", "break_minutes", "buffer_minutes"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("focus_start_minute", sa.Integer()))
        table.add_column(sa.Column("focus_end_minute", sa.Integer()))
        _check(table, "preferences", PREFERENCES)
    _alter_tasks()
    _create_windows()
    _create_task_labels()
    with op.batch_alter_table("plans") as table:
        table.add_column(sa.Column("away_since_at", UTCDateTime(timezone=True)))
    with op.batch_alter_table("runs") as table:
        table.add_column(sa.Column("undone_at", UTCDateTime(timezone=True)))
    op.create_index("ix_task_changes_user_id_at", "task_changes", ["user_id", "at"])
    _drop_defaults()


def downgrade() -> None:
    op.drop_index("ix_task_changes_user_id_at", "task_changes")
    with op.batch_alter_table("runs") as table:
        table.drop_column("undone_at")
    with op.batch_alter_table("plans") as table:
        table.drop_column("away_since_at")
    for name in ("task_labels", "task_windows"):
        op.drop_table(name)
    _restore_tasks()
    with op.batch_alter_table("preferences") as table:
        _uncheck(table, "preferences", PREFERENCES)
        for name in ("focus_end_minute", "focus_start_minute", "buffer_minutes", "break_minutes", "max_stretch_minutes"):
            table.drop_column(name)
    op.drop_table("hour_exceptions")
    _restore_hours()
    for name in ("labels", "projects"):
        op.drop_table(name)


def _create_named(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("weekly_minutes", sa.Integer()),
        sa.CheckConstraint("weekly_minutes > 0", name=op.f(f"ck_{name}_weekly_minutes_positive")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("user_id", "key", name=op.f(f"uq_{name}_user_id_key")),
    )


def _alter_hours() -> None:
    with op.batch_alter_table("hour_sets") as table:
        table.add_column(sa.Column("cycle_weeks", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("cycle_from_on", sa.Date()))
        _check(table, "hour_sets", HOUR_SETS)
    with op.batch_alter_table("hour_ranges") as table:
        table.add_column(sa.Column("week", sa.Integer(), nullable=False, server_default="0"))
        table.create_check_constraint(op.f("ck_hour_ranges_week_range"), "week BETWEEN 0 AND 3")
        table.drop_constraint(op.f("uq_hour_ranges_hour_set_id_weekday_start_minute"), type_="unique")
        unique = ["hour_set_id", "week", "weekday", "start_minute"]
        table.create_unique_constraint(op.f("uq_hour_ranges_hour_set_id_week_weekday_start_minute"), unique)


def _restore_hours() -> None:
    """Only the first week of a cycle stays."""
    op.execute("DELETE FROM hour_ranges WHERE week > 0")
    with op.batch_alter_table("hour_ranges") as table:
        table.drop_constraint(op.f("uq_hour_ranges_hour_set_id_week_weekday_start_minute"), type_="unique")
        unique = ["hour_set_id", "weekday", "start_minute"]
        table.create_unique_constraint(op.f("uq_hour_ranges_hour_set_id_weekday_start_minute"), unique)
        table.drop_constraint(op.f("ck_hour_ranges_week_range"), type_="check")
        table.drop_column("week")
    with op.batch_alter_table("hour_sets") as table:
        _uncheck(table, "hour_sets", HOUR_SETS)
        table.drop_column("cycle_from_on")
        table.drop_column("cycle_weeks")


def _create_exceptions() -> None:
    op.create_table(
        "hour_exceptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("hour_set_id", ID),
        sa.Column("falls_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer()),
        sa.Column("end_minute", sa.Integer()),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(MINUTES, name=op.f("ck_hour_exceptions_minute_range")),
        sa.CheckConstraint("(start_minute IS NULL) = (end_minute IS NULL)", name=op.f("ck_hour_exceptions_both_or_neither")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hour_exceptions_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["hour_set_id"], ["hour_sets.id"], name=op.f("fk_hour_exceptions_hour_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_exceptions")),
    )
    op.create_index("ix_hour_exceptions_user_id_falls_on", "hour_exceptions", ["user_id", "falls_on"])


def _alter_tasks() -> None:
    with op.batch_alter_table("tasks") as table:
        for column, _, _ in LINKS:
            table.add_column(sa.Column(column, ID))
        table.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("parts_in_order", sa.Boolean(), nullable=False, server_default=sa.true()))
        for name in ("min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes", "buffer_minutes"):
            table.add_column(sa.Column(name, sa.Integer()))
        table.add_column(sa.Column("energy", sa.String(length=16)))
        _check(table, "tasks", TASKS)
        for column, other, ondelete in LINKS:
            table.create_foreign_key(op.f(f"fk_tasks_{column}"), other, [column], ["id"], ondelete=ondelete)
    op.create_index("ix_tasks_parent_id", "tasks", ["parent_id"])
    op.create_index("ix_tasks_project_id", "tasks", ["project_id"])


def _restore_tasks() -> None:
    op.drop_index("ix_tasks_project_id", "tasks")
    op.drop_index("ix_tasks_parent_id", "tasks")
    with op.batch_alter_table("tasks") as table:
        for column, _, _ in LINKS:
            table.drop_constraint(op.f(f"fk_tasks_{column}"), type_="foreignkey")
        _uncheck(table, "tasks", TASKS)
        for name in ("energy", "buffer_minutes", "max_per_day_minutes", "max_chunk_minutes", "min_chunk_minutes"):
            table.drop_column(name)
        for name in ("parts_in_order", "position", "parent_id", "project_id", "hour_set_id"):
            table.drop_column(name)


def _create_windows() -> None:
    op.create_table(
        "task_windows",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("is_hard", sa.Boolean(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(MINUTES, name=op.f("ck_task_windows_minute_range")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_task_windows_weekdays_range")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_task_windows_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_windows_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_windows")),
    )
    op.create_index("ix_task_windows_task_id", "task_windows", ["task_id"])
    op.create_index("ix_task_windows_user_id", "task_windows", ["user_id"])


def _create_task_labels() -> None:
    op.create_table(
        "task_labels",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_task_labels_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_labels_task_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_task_labels_label_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "label_id", name=op.f("pk_task_labels")),
    )
    op.create_index("ix_task_labels_label_id", "task_labels", ["label_id"])
    op.create_index("ix_task_labels_user_id", "task_labels", ["user_id"])


def _drop_defaults() -> None:
    """The defaults were for the rows that were there; new rows get theirs from the models."""
    for name, columns in (
        ("hour_sets", ("cycle_weeks",)),
        ("hour_ranges", ("week",)),
        ("preferences", ("max_stretch_minutes", "break_minutes", "buffer_minutes")),
        ("tasks", ("position", "parts_in_order")),
    ):
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.alter_column(column, server_default=None)


def _check(table: BatchOperations, name: str, rules: dict[str, str]) -> None:
    for rule, condition in rules.items():
        table.create_check_constraint(op.f(f"ck_{name}_{rule}"), condition)


def _uncheck(table: BatchOperations, name: str, rules: dict[str, str]) -> None:
    for rule in rules:
        table.drop_constraint(op.f(f"ck_{name}_{rule}"), type_="check")
