"""A plugin's code raises: its failures come out as one exception, what was asked for as it is."""

import asyncio

import pytest

from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import NotExecuted
from providers.webhooks import WebhookRefused
from tests.logs import capturing


class Panic(BaseException):
    """As libraries raise it that are not written in Python."""


@pytest.mark.parametrize("raised", [ValueError("Anna"), SystemExit(0), asyncio.CancelledError(), Panic("Anna")])
def test_what_a_plugin_raises_is_its_failure_and_what_it_says_is_not_repeated(raised: BaseException) -> None:
    kind = type(raised).__name__
    with capturing() as logged, pytest.raises(PluginFailed) as failed, plugin_code("acme"):
        raise raised

    assert (failed.value.kind, failed.value.problem) == (kind, f"Its plugin failed with {kind}.")
    [line] = logged.events(f"the plugin of provider acme failed with {kind}")
    assert __file__ in line["exception"][0]["places"][-1]
    assert "Anna" not in logged.text


def test_only_the_answers_of_this_call_come_out_as_they_are() -> None:
    with pytest.raises(NotExecuted), plugin_code("acme", NotExecuted, WebhookRefused):
        raise NotExecuted("Acme is closed.")
    with pytest.raises(PluginFailed), plugin_code("acme", WebhookRefused):
        raise NotExecuted("Acme is closed.")


def test_ctrl_c_and_sigterm_are_nobodys_failure() -> None:
    with pytest.raises(KeyboardInterrupt), plugin_code("acme"):
        raise KeyboardInterrupt


async def test_a_cancellation_that_was_asked_for_goes_through_and_one_of_the_plugins_own_does_not() -> None:
    async def call() -> None:
        with plugin_code("acme"):
            await asyncio.sleep(60)

    asked = asyncio.create_task(call())
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    own = asyncio.get_running_loop().create_future()
    own.cancel()
    with pytest.raises(PluginFailed, match="CancelledError"), plugin_code("acme"):
        await own


async def test_a_time_limit_that_stands_inside_is_the_plugins_failure_and_one_around_it_is_not() -> None:
    with pytest.raises(PluginFailed, match="TimeoutError"), plugin_code("acme"):
        async with asyncio.timeout(0):
            await asyncio.sleep(60)

    async def call() -> None:
        with plugin_code("acme"):
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(), 0.01)
