"""The JSON API, `/api/v1`: the same services as the pages, typed."""

from routers.api import chat, context, events, executions, history, hours, plan, settings, tasks, users

RESOURCES = (
    *(tasks.basics, tasks.router, plan.router, events.router, hours.router, context.router, settings.router),
    *(chat.router, executions.router, history.router, users.router),
)
