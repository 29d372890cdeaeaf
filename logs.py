"""Log set-up: plain lines for people, JSON for machines, each with the request, run and task it belongs to.

Call `configure` once per process; bind ids with `bound(request_id=...)`.
"""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Literal

_ids: ContextVar[Mapping[str, str]] = ContextVar("log_ids", default=MappingProxyType({}))

KEYS = ("request_id", "run_id", "task_id")


class IdFilter(logging.Filter):
    """Puts the bound ids on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        bound_ids = _ids.get()
        for key in KEYS:
            if not hasattr(record, key):
                setattr(record, key, bound_ids.get(key))
        record.ids = "".join(f" {key}={value}" for key in KEYS if (value := getattr(record, key)) is not None)
        return True


@contextmanager
def bound(**ids: str | int) -> Iterator[None]:
    """Every line logged inside carries these ids (`request_id`, `run_id`, `task_id`)."""
    token = _ids.set({**_ids.get(), **{key: str(value) for key, value in ids.items()}})
    try:
        yield
    finally:
        _ids.reset(token)


def configure(style: Literal["plain", "json"], level: str) -> None:
    """Send all logs to standard error in one style; uvicorn's included."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"ids": {"()": IdFilter}},
            "formatters": {
                "plain": {"format": "%(asctime)s %(levelname)s %(name)s:%(ids)s %(message)s"},
                "json": {
                    "()": "pythonjsonlogger.json.JsonFormatter",
                    "format": "%(levelname)s %(name)s %(message)s %(request_id)s %(run_id)s %(task_id)s",
                    "rename_fields": {"levelname": "level", "name": "logger"},
                    "timestamp": "time",  # ISO 8601, with its zone
                    "reserved_attrs": [*_RESERVED, "ids"],
                },
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style, "filters": ["ids"]}},
            "root": {"handlers": ["stderr"], "level": level.upper()},
            "loggers": {
                "uvicorn": {"level": "INFO", "propagate": True, "handlers": []},
                "uvicorn.access": {"level": "WARNING", "propagate": True, "handlers": []},
                "apscheduler": {"level": "WARNING"},
                "aiosqlite": {"level": "INFO"},
                **{name: {"level": "WARNING"} for name in ("httpx", "httpx2", "httpcore", "httpcore2", "authlib")},
            },
        }
    )


_RESERVED = (*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message")
