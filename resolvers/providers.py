"""The payment gateways and banks that are plugged in."""

import strawberry

from resolvers.authority import finance_query
from resolvers.context import Info
from schema.providers import Provider, ProviderCapability


@strawberry.type
class ProviderQueries:
    @finance_query(description="The plugins that were found, with what they can do and what is wrong with them.")
    async def providers(self, info: Info) -> list[Provider]:
        return [
            Provider(
                name=found.name,
                display_name=found.display_name,
                version=found.version,
                capabilities=[ProviderCapability[capability.name] for capability in found.capabilities],
                configured=found.configured,
                healthy=found.healthy,
                problem=found.problem,
            )
            for found in info.context.registry.providers
        ]
