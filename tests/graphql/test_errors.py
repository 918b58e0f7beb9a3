import pytest
from graphql import GraphQLError

from billing.refusals import NotFound
from graphql_api.logs import anatomy
from resolvers.errors import tell_failed
from tests.graphql.little_service import SECRET, LittleService


async def test_a_refusal_is_a_field_error_with_its_code_and_facts(service: LittleService) -> None:
    response = await service.ask("{ missing viewer { isFresh } }")
    assert response.status_code == 200
    assert response.json() == {
        "data": {"missing": None, "viewer": {"isFresh": True}},
        "errors": [
            {
                "message": "There is no row row_9.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["missing"],
                "extensions": {"code": "NOT_FOUND", "what": "row", "key": "row_9"},
            }
        ],
    }


@pytest.mark.parametrize("field", ["broken", "tooBig"])
async def test_what_nobody_expected_is_masked_and_named_by_the_request_s_id(service: LittleService, field: str) -> None:
    headers = service.finance() | {"x-request-id": "shown-to-support"}
    response = await service.ask(f"{{ {field} }}", headers=headers)
    assert response.json() == {
        "data": {field: None},
        "errors": [
            {
                "message": "Something went wrong on our side.",
                "locations": [{"line": 1, "column": 3}],
                "path": [field],
                "extensions": {"code": "INTERNAL", "request_id": "shown-to-support"},
            }
        ],
    }
    assert SECRET not in response.text


async def test_a_statement_that_the_database_stopped_is_a_timeout(service: LittleService) -> None:
    response = await service.ask("{ canceled }")
    assert response.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}


async def test_an_argument_found_wrong_while_the_operation_runs_is_bad_input(service: LittleService) -> None:
    response = await service.ask("query($s: Float = 1) { slow(seconds: $s) }", {"s": None})
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert not service.calls.started.is_set()


def test_a_refusal_is_told_however_deep_the_executor_wrapped_it() -> None:
    inner = GraphQLError("wrapped", original_error=NotFound("invoice", key="invoice_1"))
    told = tell_failed(GraphQLError("wrapped again", original_error=inner), request_id="r")
    assert told.code == "NOT_FOUND"
    assert told.unexpected is None


def test_an_exception_is_told_by_its_kinds_codes_and_places_and_never_by_its_words() -> None:
    class Broken(Exception):
        sqlstate = "23505"

    def fail() -> None:
        raise Broken(SECRET)

    def wrap() -> None:
        try:
            fail()
        except Broken as error:
            raise ValueError(SECRET) from error

    with pytest.raises(ValueError) as caught:
        wrap()
    parts = list(anatomy(caught.value))
    assert [(part["kind"], part["sqlstate"]) for part in parts] == [
        ("builtins.ValueError", None),
        (f"{__name__}.{Broken.__qualname__}", "23505"),
    ]
    assert all(__file__ in str(part["places"]) for part in parts)
    assert SECRET not in str(parts)


def test_an_exception_that_is_its_own_cause_is_told_once() -> None:
    error = ValueError()
    error.__cause__ = error
    assert len(list(anatomy(error))) == 1
