"""Counting a room by its page and as a file."""

from tests import factories
from tests.api.office import Office


async def test_the_page_counts_and_gives_a_file(office: Office) -> None:
    room = await factories.place(office.school)
    made = [await factories.asset(office.school, place=room) for _ in range(2)]
    assert f'value="{room}" selected' in await office.see(f"/assets/count?place_id={room}")
    page = await office.send("/assets/count", tags=made[0].tag, place_id=room)
    assert page.status_code == 200
    assert page.text.index('id="missing"') < page.text.index(made[1].tag)
    file = await office.send("/assets/count", tags=made[0].tag, place_id=room, format="csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert f"Missing,{made[1].tag}" in file.text and f"As in the books,{made[0].tag}" in file.text
    refused = await office.send("/assets/count", tags=made[0].tag)
    assert refused.status_code == 422 and made[0].tag in refused.text
