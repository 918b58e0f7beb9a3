"""What the scanner graphql-cop looks for, asked here in our own words: in production settings it finds nothing.

Each probe asks as the scanner does, and says whether the service let it through. Strangers are let through nowhere; to
somebody with the finance role the schema is open, and nothing else is.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.service.people import OWN_PAGE, Browser, Service

Probe = Callable[[Browser], Awaitable[bool]]


async def asked(browser: Browser, document: str) -> Any:
    return (await browser.ask(document)).json()


def data(answer: Any) -> Any:
    """The data of an answer, empty where there are none."""
    return (answer.get("data") if isinstance(answer, dict) else None) or {}


def messages(answer: Any) -> str:
    return " ".join(error["message"] for error in answer.get("errors", []))


async def introspection(browser: Browser) -> bool:
    return bool(data(await asked(browser, "{ __schema { types { name fields { name } } } }")))


async def field_suggestions(browser: Browser) -> bool:
    probes = ["{ __schema { directive } }", "{ viewr { actor } }", "{ viewer { actr } }", "{ invoice { idd } }"]
    return "Did you mean" in " ".join([messages(await asked(browser, probe)) for probe in probes])


async def graphiql(browser: Browser) -> bool:
    words = ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground")
    paths = ("/graphiql", "/playground", "/console", "/graphql")
    shown = [(await browser.get(path, accept=media)).text for path in paths for media in ("*/*", "text/html")]
    return any(word in text for text in shown for word in words)


async def get_queries(browser: Browser) -> bool:
    return "data" in (await browser.client.get("/graphql?query={__typename}", headers=OWN_PAGE)).text


async def get_mutations(browser: Browser) -> bool:
    return "data" in (await browser.client.get("/graphql?query=mutation{__typename}", headers=OWN_PAGE)).text


async def url_encoded_posts(browser: Browser) -> bool:
    form = {"query": "{ __typename }"}
    answers = [
        await browser.client.post("/graphql", params=form, headers=OWN_PAGE),
        await browser.client.post("/graphql", data=form, headers=OWN_PAGE),
        await browser.client.post("/graphql", data=form, params=form, headers=OWN_PAGE),
    ]
    return any("data" in answer.json() for answer in answers)


async def aliases(browser: Browser) -> bool:
    many = " ".join(f"alias{number}: __typename" for number in range(101))
    return "alias100" in data(await asked(browser, f"{{ {many} }}"))


async def batches(browser: Browser) -> bool:
    batch = [{"query": "{ __typename }"}] * 11
    answer: httpx.Response = await browser.client.post("/graphql", json=batch, headers=OWN_PAGE)
    return isinstance(answer.json(), list) or "data" in answer.json()


async def repeated_fields(browser: Browser) -> bool:
    return bool(data(await asked(browser, f"{{ {'__typename ' * 500} }}")))


async def directives(browser: Browser) -> bool:
    few = await asked(browser, f"{{ __typename {'@aa' * 10} }}")
    known = await asked(browser, f"{{ __typename {'@skip(if: false) ' * 100} }}")
    return len(few["errors"]) >= 10 or bool(data(known))


async def circular_introspection(browser: Browser) -> bool:
    nested = "name"
    for _ in range(5):
        nested = f"fields {{ type {{ {nested} }} }}"
    return bool(data(await asked(browser, f"{{ __schema {{ types {{ {nested} }} }} }}")))


async def circular_fragments(browser: Browser) -> bool:
    circle = "fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"
    return "errors" not in await asked(browser, f"{{ __schema {{ ...A }} }} {circle}")


async def traces(browser: Browser) -> bool:
    answer = await browser.ask("{ __typename }")
    return "stacktrace" in answer.text.lower() or "tracing" in answer.text.lower()


async def unhandled_errors(browser: Browser) -> bool:
    for document in ("qwerty cop { abc }", "{", "query { viewer { __typename @", "\0", "{ a(b: 1e999999) }"):
        answer = await browser.ask(document)
        if answer.status_code >= 500 or "exception" in answer.text.lower() or "Traceback" in answer.text:
            return True
    return False


PROBES: list[Probe] = [
    introspection,
    field_suggestions,
    graphiql,
    get_queries,
    get_mutations,
    url_encoded_posts,
    aliases,
    batches,
    repeated_fields,
    directives,
    circular_introspection,
    circular_fragments,
    traces,
    unhandled_errors,
]


async def findings(browser: Browser) -> list[str]:
    return [probe.__name__ for probe in PROBES if await probe(browser)]


async def test_a_stranger_finds_nothing(browser: Browser) -> None:
    assert await findings(browser) == []


async def test_who_lacks_the_role_finds_the_page_and_nothing_it_could_tell(browser: Browser) -> None:
    await browser.sign_in(roles=[])
    assert await findings(browser) == ["graphiql"]


async def test_finance_finds_the_schema_and_what_helps_to_write_for_it(browser: Browser) -> None:
    await browser.sign_in()
    assert await findings(browser) == ["introspection", "field_suggestions", "graphiql"]


@pytest.mark.parametrize("probe", [introspection, field_suggestions, graphiql], ids=lambda probe: probe.__name__)
async def test_the_probes_find_what_is_there(local_service: Service, probe: Probe) -> None:
    assert await probe(local_service.browser())
