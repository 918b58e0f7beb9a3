"""Running a plugin's code: a partner's may raise anything, and the host goes on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from providers.refunding import NotExecuted
from providers.webhooks import WebhookRefused

log = logging.getLogger(__name__)


@contextmanager
def plugin_code(provider: str) -> Iterator[None]:
    """Where nothing is at stake but an answer: whatever is raised beside the contract's own exceptions is logged, and means
    that the provider cannot be asked now.

    Raises: NotExecuted, WebhookRefused.
    """
    try:
        yield
    except (NotExecuted, WebhookRefused):
        raise
    except (Exception, SystemExit) as error:
        log.exception("the plugin of provider %s failed", provider)
        raise NotExecuted(f"Its plugin failed with {type(error).__name__}.") from error
