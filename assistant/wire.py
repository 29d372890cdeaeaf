"""What Dayloom adds to DSPy: an LM that remembers nothing but its last answer, and an adapter that reads any sane format.

Importing this module imports DSPy: only `gateway` and `modules` may do so, in a thread and not when the web process starts.

Wire format. The question is DSPy's ChatAdapter text: a system message with the fields, then a user message in which each
input stands under a marker line, `[[ ## tasks ## ]]`, as one line of JSON. The answer that is asked for has the same shape:
`[[ ## reasoning ## ]]`, some text, `[[ ## advice ## ]]` (or `priorities`), a JSON array, `[[ ## completed ## ]]`. Accepted as
well, without a second billed call: a JSON object with those fields, the bare array, either inside a code fence or after
prose, and an answer that was cut off (its complete entries count).
"""

from __future__ import annotations

import json
import re
from typing import get_origin

import dspy  # type: ignore[import-untyped]
import json_repair
from dspy.clients.costs import estimate_cost  # type: ignore[import-untyped]
from pydantic import TypeAdapter

from assistant.advice import ModelSettings
from assistant.providers import NATIVE
from assistant.transport import OnlyAsync, engine_for
from outbound import Outbound

MAX_ANSWER_CHARS = 200_000  # 10,000 tokens are about 40,000 characters; more is no answer
# Repairing takes quadratic time (json_repair 0.64: 20 s for 32,000 hostile characters) and runs on the event loop: small
# pieces only, and not many of them (0.04 s each, at worst 0.5 s in all).
MAX_REPAIR_CHARS = 800
MAX_REPAIRED_CHARS = 10_000
MAX_ENTRIES = 1_000
OPENAI_HOST = "api.openai.com"
# Where providers that have no address of their own are looked for.
HERE = {
    "ollama": "http://localhost:11434/v1",
    "ollama_chat": "http://localhost:11434/v1",
    "hosted_vllm": "http://localhost:8000/v1",
}
_MARKER = re.compile(r"^[ \t]*\[\[ ## (\w+) ## \]\]", re.MULTILINE)
_BRACE_OR_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}]')
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)(?:```|\Z)", re.DOTALL)


class RecordingLM(dspy.LM):  # type: ignore[misc]
    """An LM for one call: what DSPy would put into its process-wide histories is kept here and dies with the call."""

    last_text: str = ""
    cost_usd: float | None = None
    priced_as: tuple[str, str] | None = None
    """Provider and model by which our own engine's answers are priced: DSPy prices those of its own."""

    def update_history(self, entry: dict[str, object]) -> None:
        outputs = entry.get("outputs")
        first = outputs[0] if isinstance(outputs, list) and outputs else ""
        self.last_text = str((first.get("text") if isinstance(first, dict) else first) or "")
        cost = entry.get("cost")
        if self.priced_as:
            provider, model = self.priced_as
            cost, _ = estimate_cost(entry.get("response"), provider=provider, requested_model=model)
        self.cost_usd = float(cost) if isinstance(cost, int | float) else None


def build_lm(settings: ModelSettings, outbound: Outbound) -> RecordingLM:
    """The LM of these settings: one HTTP request per call, no cache, no retries of its own.

    An address that a person has set, or a provider that means this machine, is reached through `outbound`. The key is always
    passed, if only as a placeholder: without one the engine would take a key from the environment of the server and send it
    wherever the person's address points. The engine is always named, since `OPENAI_API_BASE` in the environment would change
    it. Raises dspy.LMConfigurationError or ValueError for a model that cannot be.
    """
    prefix, _, name = settings.model.partition("/")
    if prefix == "openai" and settings.api_base and OPENAI_HOST not in settings.api_base:
        prefix = "hosted_vllm"  # same protocol, but bounds the answer by `max_tokens`, which every compatible server knows
    model = f"{prefix}/{name}"
    fixed = {"cache": False, "num_retries": 0} | _way_out(model, settings, outbound)
    try:
        lm = RecordingLM(model, temperature=settings.temperature, max_tokens=settings.max_tokens, **fixed)
    except dspy.LMConfigurationError:
        # OpenAI's reasoning models take neither a temperature nor DSPy's small max_tokens, but do take this bound.
        lm = RecordingLM(model, **fixed)
        lm.kwargs["max_completion_tokens"] = settings.max_tokens
    if engine := fixed.get("async_engine"):
        resolution = engine.resolve(model)  # type: ignore[attr-defined]
        lm.priced_as = resolution.provider, resolution.model
    return lm


def _way_out(model: str, settings: ModelSettings, outbound: Outbound) -> dict[str, object]:
    """How the LM reaches its server: DSPy's own way to a provider's own address, ours to any other."""
    prefix = model.partition("/")[0]
    key, seconds = (settings.api_key or "").strip() or "none", settings.deadline_seconds
    if address := settings.api_base or HERE.get(prefix):
        return {"engine": OnlyAsync(), "async_engine": engine_for(model, key, address, outbound, seconds)}
    return {"engine": "lm15" if prefix in NATIVE else "litellm", "api_key": key, "timeout": seconds}


class LenientAdapter(dspy.ChatAdapter):  # type: ignore[misc]
    """ChatAdapter's question; for the answer see the module. Text fields may be missing, structured ones may not."""

    def __init__(self) -> None:
        super().__init__(use_json_adapter_fallback=False)

    def parse(self, signature: type[dspy.Signature], completion: str) -> dict[str, object]:
        """The output fields of an answer. Raises dspy.AdapterParseError when a structured field cannot be found."""
        if len(completion) > MAX_ANSWER_CHARS:
            raise _unreadable(signature, completion[:2_000], f"The answer has {len(completion)} characters.")
        found = _sections(completion)
        structured = [name for name, field in signature.output_fields.items() if field.annotation is not str]
        if any(name not in found for name in structured):
            found |= _named(_decoded(completion), list(signature.output_fields), structured)
        fields: dict[str, object] = {}
        for name, field in signature.output_fields.items():
            value = found.get(name)
            fields[name] = _text(value) if field.annotation is str else _typed(value, field.annotation)
            if fields[name] is None:
                raise _unreadable(signature, completion, f"No usable field {name!r}.")
        return fields


def _unreadable(signature: type[dspy.Signature], text: str, message: str) -> Exception:
    error: Exception = dspy.AdapterParseError(
        adapter_name="LenientAdapter", signature=signature, lm_response=text, message=message
    )
    return error


def _sections(text: str) -> dict[str, object]:
    """The text under each marker line; of two with one name the first counts."""
    found: dict[str, object] = {}
    marks = list(_MARKER.finditer(text))
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        found.setdefault(mark[1], text[mark.end() : following.start() if following else None].strip())
    return found


def _named(value: object, names: list[str], structured: list[str]) -> dict[str, object]:
    """The fields in a decoded answer that came without markers; a bare array is the one structured field."""
    if isinstance(value, dict) and (known := {name: value[name] for name in names if name in value}):
        return known
    return {structured[0]: value} if len(structured) == 1 and value is not None else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)


def _typed(value: object, annotation: type[object]) -> object:
    """`value` as its annotated type, or None. Arrays are cut to a sane length and keep only objects."""
    if isinstance(value, str):
        value = _decoded(value)
    if get_origin(annotation) is list:
        value = _entries(value)
    if value is None:
        return None
    try:
        typed: object = TypeAdapter(annotation).validate_python(value)
    except ValueError:
        return None
    return typed


def _entries(value: object) -> list[object] | None:
    if isinstance(value, dict):
        arrays = [inner for inner in value.values() if isinstance(inner, list)]
        value = arrays[0] if len(arrays) == 1 and not {"task_id", "id"} & value.keys() else [value]
    return [entry for entry in value[:MAX_ENTRIES] if isinstance(entry, dict)] if isinstance(value, list) else None


def _decoded(text: str) -> object:
    """The JSON in a text, fenced or not; where it is broken or cut off, the objects in it that are whole; else None."""
    fenced = _FENCE.search(text)
    body = (fenced[1] if fenced else text).strip()
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        found = _whole_objects(body)
    return None if not found else found[0] if len(found) == 1 else found


def _whole_objects(text: str) -> list[object]:
    """Every outermost balanced `{...}` that reads as an object, in order. Linear, but for the bounded repairs."""
    spans: list[tuple[int, int]] = []
    open_at: list[int] = []
    for token in _BRACE_OR_STRING.finditer(text):
        if token[0] == "{":
            open_at.append(token.start())
        elif token[0] == "}" and open_at:
            start = open_at.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, token.end()))
    found: list[object] = []
    repairs_left = MAX_REPAIRED_CHARS
    for start, end in spans[:MAX_ENTRIES]:
        piece = text[start:end]
        value = _loaded(piece)
        if value is None and len(piece) <= min(repairs_left, MAX_REPAIR_CHARS):
            repairs_left -= len(piece)
            value = _repaired(piece)
        if isinstance(value, dict):
            found.append(value)
    return found


def _loaded(piece: str) -> object:
    try:
        return json.loads(piece, strict=False)
    except (ValueError, RecursionError):
        return None


def _repaired(piece: str) -> object:
    """What was probably meant: single quotes, None, stray commas."""
    try:
        return json_repair.loads(piece)
    except (ValueError, RecursionError):
        return None
