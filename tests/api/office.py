"""A browser at a school's office, for the tests of the inventory's pages."""

import httpx

from tests import factories
from tests.factories import MadePerson, MadeSchool


class Office:
    """A browser signed in as one person of one school."""

    def __init__(self, client: httpx.AsyncClient, school: MadeSchool, who: MadePerson) -> None:
        self.client, self.school, self.who = client, school, who

    async def see(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    async def send(self, path: str, **form: object) -> httpx.Response:
        return await self.client.post(path, data={k: v for k, v in form.items() if v is not None})


async def office_of(client: httpx.AsyncClient, role: str, locale: str = "en") -> Office:
    school = await factories.school()
    who = await factories.person(role, school, locale=locale)
    await factories.signed_in(client, who)
    return Office(client, school, who)
