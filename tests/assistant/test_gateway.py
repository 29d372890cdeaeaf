"""The door to a model: one request a call, retries where due, whose key goes where, what is logged, and when it stays shut."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import dspy  # type: ignore[import-untyped]
import pytest
from dspy.clients.base_lm import GLOBAL_HISTORY  # type: ignore[import-untyped]

from addresses import PUBLIC_ONLY
from assistant.advice import ModelSettings
from assistant.breaker import BreakerPolicy
from assistant.failures import ModelUnavailable
from assistant.gateway import Gateway, Program, Reply, RetryPolicy
from outbound import Outbound
from tests.support.model_server import ModelServer


def ping() -> Program:
    program: Program = dspy.Predict("question -> answer")
    return program


async def call(gateway: Gateway, settings: ModelSettings, question: str = "ready?") -> Reply:
    return await gateway.call(settings, ping, name="Ping", inputs={"question": question})


async def refused(gateway: Gateway, settings: ModelSettings) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        await call(gateway, settings)
    return caught.value


def test_importing_the_assistant_imports_no_dspy() -> None:
    code = "import sys, assistant.gateway, assistant.model; sys.exit('dspy' in sys.modules or 'litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0


class TestCall:
    async def test_one_request_and_its_record(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        reply = await call(gateway, settings)
        assert reply.outputs["answer"] == "ready"
        assert (reply.record.status, reply.record.attempts, reply.record.prompt_tokens) == ("ok", 1, 120)
        assert reply.record.cost_usd is None  # nobody knows what a server of one's own costs
        (seen,) = model_server.requests
        assert (seen.path, seen.key, seen.body["model"]) == ("/v1/chat/completions", "sk-ada-0001", "scripted")
        assert (seen.body["max_tokens"], seen.body["temperature"]) == (2000, 0.2)

    @pytest.mark.parametrize(
        ("model", "asked"),
        [
            ("openrouter/deepseek/deepseek-v3.2-exp", "deepseek/deepseek-v3.2-exp"),
            ("ollama_chat/llama3", "llama3"),
            ("openai/gpt-4o", "gpt-4o"),
        ],
    )
    async def test_providers(
        self, model: str, asked: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        await call(gateway, settings.model_copy(update={"model": model}))
        assert model_server.calls[0].body["model"] == asked

    async def test_the_default_model_has_a_price(self, gateway: Gateway, settings: ModelSettings) -> None:
        reply = await call(gateway, settings.model_copy(update={"model": "openrouter/deepseek/deepseek-v3.2-exp"}))
        assert reply.record.cost_usd == pytest.approx(120 * 2.7e-7 + 30 * 4.1e-7)

    async def test_a_reasoning_model_is_bounded_too(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        await call(gateway, settings.model_copy(update={"model": "openai/gpt-5"}))
        body = model_server.calls[0].body
        assert 2000 in {body.get("max_completion_tokens"), body.get("max_tokens")}
        assert "temperature" not in body

    async def test_the_servers_environment_neither_pays_nor_redirects(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-server")
        monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-of-the-server")
        for model in ("openai/x", "openrouter/x", "ollama_chat/x"):
            await call(gateway, settings.model_copy(update={"model": model, "api_key": None}))
        assert [seen.key for seen in model_server.requests] == ["none"] * 3

    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("openai/gpt", "No API key is set"),
            ("gpt", "names no provider"),
            ("openai/", "names no provider"),
            ("bedrock/x", "bedrock"),
            ("huggingface/http://169.254.169.254/x", "is not one of those that are known: write openai/model in Settings"),
        ],
    )
    async def test_models_that_cannot_work_send_nothing(self, model: str, words: str, gateway: Gateway) -> None:
        error = await refused(gateway, ModelSettings(model=model))
        assert words in error.reason
        assert error.record is None

    async def test_what_litellm_reaches_is_asked_at_its_own_address(self, gateway: Gateway, settings: ModelSettings) -> None:
        error = await refused(gateway, settings.model_copy(update={"model": "mistral/large"}))
        assert error.reason == (
            "The provider 'mistral' is asked at its own address alone: "
            "write openai/model with that address, or leave the address empty."
        )

    @pytest.mark.parametrize("model", ["ollama_chat/x", "hosted_vllm/x", "ollama/x"])
    async def test_a_model_of_this_machine_is_a_private_address_too(self, model: str) -> None:
        gateway = Gateway(outbound=Outbound(PUBLIC_ONLY))
        record = await gateway.test_connection(ModelSettings(model=model, deadline_seconds=5))
        assert (record.status, record.error is not None and "inside a private network" in record.error) == ("error", True)

    @pytest.mark.parametrize("key", ["sk-a\r\nX-Evil: 1", "sk-\u00e4", "sk a", "\x00"])
    async def test_a_key_that_no_header_may_carry_sends_nothing(
        self, key: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        assert (await refused(gateway, settings.model_copy(update={"api_key": key}))).failure.kind == "key"
        assert model_server.requests == []

    async def test_spaces_around_a_pasted_key_are_forgiven(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        await call(gateway, settings.model_copy(update={"api_key": " sk-pasted\n"}))
        assert model_server.calls[0].key == "sk-pasted"

    async def test_nothing_stays_in_the_process(self, gateway: Gateway, settings: ModelSettings) -> None:
        await call(gateway, settings, "a private question")
        assert not GLOBAL_HISTORY
        assert not dspy.settings.trace

    async def test_the_log_is_bounded_and_keeps_no_key(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.reply = lambda seen: f"[[ ## answer ## ]]\nyour key is {seen.key} {'x' * 50_000}"
        record = (await call(gateway, settings, f"{settings.api_key} {'y' * 50_000}")).record
        assert "sk-ada-0001" not in record.model_dump_json()
        assert "your key is [key]" in record.outputs
        assert max(len(record.inputs), len(record.outputs)) < 20_100


class TestRetries:
    @pytest.mark.parametrize("fault", ["408", "429", "500", "503", "529", "reset", "hang_up"])
    async def test_a_passing_fault_is_retried(
        self, fault: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.faults = [fault]
        assert (await call(gateway, settings)).record.attempts == len(model_server.calls) == 2

    @pytest.mark.parametrize("fault", ["400", "401", "402", "403", "404", "html", "empty"])
    async def test_what_will_not_pass_is_not(
        self, fault: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.faults = [fault]
        await refused(gateway, settings)
        assert len(model_server.calls) == 1

    async def test_retry_after_is_honoured(self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer) -> None:
        model_server.faults, model_server.retry_after = ["429"], "1"
        record = (await call(gateway, settings)).record
        assert record.attempts == 2
        assert record.duration_ms >= 1_000

    @pytest.mark.parametrize(("retry_after", "deadline_seconds"), [("20", 2), ("31", 60)])
    async def test_a_wait_that_is_too_long_is_not_begun(
        self, retry_after: str, deadline_seconds: float, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.fault, model_server.retry_after = "429", retry_after
        started = time.monotonic()
        error = await refused(gateway, settings.model_copy(update={"deadline_seconds": deadline_seconds}))
        assert error.failure.kind == "rate"
        assert len(model_server.calls) == 1
        assert time.monotonic() - started < 1


class TestBreaker:
    @pytest.fixture
    def clock(self) -> list[float]:
        return [1_000.0]

    @pytest.fixture
    def gateway(self, clock: list[float]) -> Gateway:
        return Gateway(clock=lambda: clock[0], breaker=BreakerPolicy(failures=3, cooldown_seconds=60), retry=RetryPolicy(1))

    async def test_opens_rests_tries_once_and_closes(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer, clock: list[float]
    ) -> None:
        model_server.fault = "503"
        for _ in range(3):
            assert (await refused(gateway, settings)).failure.kind == "server"
        resting = await refused(gateway, settings)
        assert resting.reason == (
            "The model's server had an error (HTTP 503), and is not asked again for 60 s: try again later."
        )
        assert (resting.record, len(model_server.calls)) == (None, 3)

        clock[0] += 60
        assert (await refused(gateway, settings)).failure.kind == "server"  # the trial fails: it rests again
        assert (await refused(gateway, settings)).failure.kind == "resting"
        assert len(model_server.calls) == 4

        clock[0] += 60
        model_server.fault = None
        assert [(await call(gateway, settings)).record.status for _ in range(2)] == ["ok", "ok"]

    async def test_only_one_trial_at_a_time(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer, clock: list[float]
    ) -> None:
        model_server.fault = "401"
        await refused(gateway, settings)
        clock[0] += 60
        model_server.fault = "slow"
        outcomes = await asyncio.gather(*(call(gateway, settings) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 1
        assert len(model_server.calls) == 2

    @pytest.mark.parametrize(("fault", "kind"), [("401", "key"), ("402", "billing"), ("403", "key")])
    async def test_a_wrong_key_or_no_credit_opens_at_once_for_that_key_alone(
        self, fault: str, kind: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.faults = [fault]
        first, second = await refused(gateway, settings), await refused(gateway, settings)
        assert (first.failure.kind, second.failure.kind, len(model_server.calls)) == (kind, "resting", 1)
        assert (await call(gateway, settings.model_copy(update={"api_key": "sk-corrected"}))).record.status == "ok"

    async def test_a_cancelled_trial_lets_the_next_one_in(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer, clock: list[float]
    ) -> None:
        model_server.faults = ["401", "stall"]
        await refused(gateway, settings)
        clock[0] += 60
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await call(gateway, settings)
        assert len(model_server.calls) == 2
        assert (await call(gateway, settings)).record.status == "ok"


class TestConnectionTest:
    async def test_it_says_model_and_time(self, gateway: Gateway, settings: ModelSettings) -> None:
        record = await gateway.test_connection(settings)
        assert (record.status, record.error, record.model, record.attempts) == ("ok", None, "openai/scripted", 1)
        assert 0 <= record.duration_ms < 5_000

    @pytest.mark.parametrize(
        ("fault", "sentence"),
        [
            ("401", "The provider refused the API key (HTTP 401): check the key in Settings."),
            ("402", "The provider reports no credit or an exhausted quota for this key (HTTP 402): top up"),
            ("404", "The provider does not know the model 'openai/scripted' (HTTP 404): check the model's name in Settings."),
            ("429", "The provider is limiting requests (HTTP 429): wait a little"),
            ("500", "The model's server had an error (HTTP 500): try again later."),
            ("html", "The address did not answer like a model's server: check the address in Settings."),
            ("stall", "The model did not answer within 0.5 s: try again later"),
        ],
    )
    async def test_it_tells_the_truth_in_words(
        self, fault: str, sentence: str, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.fault = fault
        record = await gateway.test_connection(settings.model_copy(update={"deadline_seconds": 0.5}))
        assert record.status == "error"
        assert record.error is not None
        assert record.error.startswith(sentence)
        assert len(model_server.calls) == 1

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1", "not an address", "ftp://127.0.0.1/"]
    )
    async def test_an_address_that_nobody_answers(self, address: str, gateway: Gateway) -> None:
        settings = ModelSettings(model="openai/gpt", api_key="sk-ada-0001", api_base=address, deadline_seconds=5)
        record = await gateway.test_connection(settings)
        assert record.status == "error"
        assert "address" in (record.error or "")

    async def test_it_ignores_an_open_breaker_and_closes_it(
        self, gateway: Gateway, settings: ModelSettings, model_server: ModelServer
    ) -> None:
        model_server.faults = ["401"]
        await refused(gateway, settings)
        assert (await refused(gateway, settings)).failure.kind == "resting"
        assert (await gateway.test_connection(settings)).status == "ok"
        assert (await call(gateway, settings)).record.status == "ok"


async def test_two_people_at_once_each_with_their_own_key(
    gateway: Gateway, settings: ModelSettings, model_server: ModelServer
) -> None:
    """G18 at test size: the same prompts, interleaved; each request carries its owner's key, each answer reaches its owner."""
    model_server.reply = lambda seen: f"[[ ## answer ## ]]\nfor {seen.key[-3:]}"
    people = {name: settings.model_copy(update={"api_key": f"sk-secret-{name}"}) for name in ("ada", "bob")}

    async def one(name: str) -> tuple[str, object]:
        return name, (await call(gateway, people[name], "the same question")).outputs["answer"]

    answers = await asyncio.gather(*(one(name) for name in ("ada", "bob") * 20))
    assert all(answer == f"for {name}" for name, answer in answers)
    assert sorted(seen.key for seen in model_server.calls) == ["sk-secret-ada"] * 20 + ["sk-secret-bob"] * 20
