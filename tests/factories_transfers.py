"""Transfers for tests: two schools with a technician each, and things on their way."""

import msgspec

from inventory import transfers
from inventory.transfers import NewTransfer, Transfer
from tests import factories
from tests.factories import MadeAsset, MadePerson, MadeSchool


class Pair(msgspec.Struct, frozen=True):
    """Two schools, and who keeps the equipment of each."""

    sender: MadeSchool
    receiver: MadeSchool
    gives: MadePerson
    gets: MadePerson

    async def things(self, count: int) -> list[MadeAsset]:
        model = await factories.asset_model()
        return [await factories.asset(self.sender, model=model) for _ in range(count)]

    async def draft(self, things: list[MadeAsset], **more: object) -> Transfer:
        new = NewTransfer([one.tag for one in things], self.receiver.code, **more)  # type: ignore[arg-type]
        return await transfers.create_transfer(self.gives.actor, new)

    async def sent(self, things: list[MadeAsset], **more: object) -> Transfer:
        made = await self.draft(things, **more)
        return await transfers.send_transfer(self.gives.actor, made.id)


async def pair() -> Pair:
    sender, receiver = await factories.school(), await factories.school()
    return Pair(
        sender,
        receiver,
        await factories.person("technician", sender),
        await factories.person("technician", receiver),
    )
