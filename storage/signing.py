"""Keys that the service signs with: made by the database, shared by all its processes, in no file and no setting."""

from sqlalchemy import LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Row

REFUND_PREVIEW = "refund_preview"
EXPORT_LINK = "export_link"


class SigningKey(Row):
    """A secret of 32 bytes for one purpose."""

    __tablename__ = "signing_key"

    purpose: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


async def signing_key(session: AsyncSession, purpose: str) -> bytes:
    return (await session.execute(select(SigningKey.key).where(SigningKey.purpose == purpose))).scalar_one()
