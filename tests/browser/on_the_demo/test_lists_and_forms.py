"""Long lists on small screens, rows chosen at once, fields beside each other."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from core import database
from inventory.assets import MOST_AT_ONCE
from tests.browser import harness
from tests.browser.harness import DESKTOP, PHONE

pytestmark = pytest.mark.browser
MOST_PIXELS_A_ROW = 90
LEAST_PIXELS_A_CELL = 90
# The words and numbers in these cells that do not stand on one line each.
BROKEN_WORDS = """cells => cells.flatMap(cell => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode()) {
    for (const word of walker.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1)
        broken.push(word[0]);
    }
  }
  return broken;
})"""


async def _open(
    browser: Browser, address: str, who: int, path: str, width: int, *, scripts: bool = True
) -> Page:
    await harness.set_language(who, "zh_CN")
    context = await harness.context_for(
        browser, address, person_id=who, locale="zh_CN", width=width, scripts=scripts
    )
    page = await context.new_page()
    await page.goto(path)
    return page


async def _boxes(page: Page, selector: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.eval_on_selector_all(
        selector, "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    assert found, selector
    return found


@pytest.mark.parametrize("path", ["/assets", "/custody"])
async def test_a_row_of_a_long_list_is_low_on_a_phone(
    browser: Browser, address: str, people: dict[str, int], path: str
) -> None:
    page = await _open(browser, address, people["technician"], path, PHONE)
    rows = await _boxes(page, "tbody tr")
    assert max(row["height"] for row in rows) <= MOST_PIXELS_A_ROW
    assert await harness.overflow(page) <= 0
    await page.context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_all_rows_of_a_page_are_chosen_at_once_and_counted(
    browser: Browser, address: str, people: dict[str, int], width: int
) -> None:
    page = await _open(browser, address, people["technician"], "/assets", width)
    said = harness.listen(page)
    bar = page.locator("[data-choosing]")
    boxes = page.locator("tbody input[type=checkbox]")
    await boxes.first.check()
    await expect(bar).to_contain_text("已选 1 项")
    await bar.get_by_label("全选本页").check()
    count = await boxes.count()
    await expect(bar).to_contain_text(f"已选 {count} 项")
    assert await page.locator("tbody input:checked").count() == count
    # In sight at the top of the list, and under no other thing.
    await bar.get_by_role("button", name="移动").click()
    await page.wait_for_url("**/assets/move?**")
    assert page.url.count("tag=") == count
    assert said == []
    await page.context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_all_that_a_list_found_goes_to_the_desk(
    browser: Browser, address: str, people: dict[str, int], width: int
) -> None:
    page = await _open(browser, address, people["technician"], "/assets?kind=computer", width)
    said = harness.listen(page)
    bar = page.locator("[data-choosing]")
    found = bar.locator("[data-choose-found]")
    count = (await found.get_attribute("data-choose-found") or "").replace(",", "")
    boxes = page.locator("tbody input[type=checkbox]")
    assert int(count) > await boxes.count()
    await found.check()
    assert f"已选 {count} 项" in (await bar.inner_text()).replace(",", "")
    assert await page.locator("tbody input:checked").count() == await boxes.count()
    # One row taken out: it is no longer all.
    await boxes.first.uncheck()
    assert not await found.is_checked()
    await found.check()
    await bar.get_by_role("button", name="移动").click()
    await page.wait_for_url("**/assets/move?**")
    tags = (await page.locator("#tags").input_value()).split()
    assert len(tags) == min(int(count), MOST_AT_ONCE) == len(set(tags))
    assert await harness.overflow(page) <= 0
    assert said == []
    await page.context.close()


async def test_columns_are_chosen_without_scripts_and_seen_on_a_phone(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    path = "/assets?kind=computer&sort=-tag"
    page = await _open(browser, address, people["technician"], path, PHONE, scripts=False)
    await page.get_by_text("显示列", exact=True).click()
    ticked = page.locator("[name=columns]:checked")
    while await ticked.count():
        await ticked.first.uncheck()
    await page.get_by_role("checkbox", name="序列号", exact=True).check()
    await page.get_by_role("button", name="显示所选列").click()
    await page.wait_for_url("**columns=serial_number**")
    assert "kind=computer" in page.url and "sort=-tag" in page.url
    cell = page.locator("tbody td").first
    assert await cell.is_visible()
    assert await cell.get_attribute("data-label") == "序列号"
    assert await harness.overflow(page) <= 0
    await page.context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_what_is_wrong_with_a_receipt_is_in_sight_at_once(
    browser: Browser, address: str, people: dict[str, int], width: int
) -> None:
    donation_id = await database.fetch_value(
        "SELECT l.donation FROM donation_line l JOIN donation d ON d.id = l.donation"
        " JOIN membership m ON m.school = d.school WHERE m.person = $1 ORDER BY l.id DESC LIMIT 1",
        people["admin"],
    )
    path = f"/donations/{donation_id}"
    page = await _open(browser, address, people["admin"], path, width)
    fold = page.locator("details.fold", has=page.locator("[name=serial_numbers]")).last
    await fold.locator("summary").click()
    form = fold.locator("form").first
    await form.locator("[name=serial_numbers]").fill("A1\nA2\nA3\nA4\nA5")
    await form.locator("[name=count]").fill("1")
    await form.locator("button[type=submit]").click()
    errors = page.locator("#errors")
    await expect(errors).to_be_in_viewport()
    assert await page.locator("details[open] #errors").count() == 1
    await page.context.close()


async def test_what_is_wrong_with_a_step_is_in_sight_at_once_on_a_phone(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    """Found again, and nobody says where: the form of the step stands at the end of the page."""
    tag = await database.fetch_value(
        "SELECT a.tag FROM asset a JOIN membership m ON m.school = a.school"
        " WHERE m.person = $1 AND a.lifecycle = 'lost' ORDER BY a.tag LIMIT 1",
        people["technician"],
    )
    page = await _open(browser, address, people["technician"], f"/assets/{tag}", PHONE)
    await page.select_option("[name=to_state]", "in_service")
    await page.locator("form[action*=step] button[type=submit]").click()
    await expect(page.locator("#errors")).to_be_in_viewport()
    await page.context.close()


async def test_without_scripts_rows_are_chosen_one_by_one(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    page = await _open(browser, address, people["technician"], "/assets", DESKTOP, scripts=False)
    assert not await page.locator("[data-choose-all]").is_visible()
    await page.locator("tbody input[type=checkbox]").first.check()
    await page.get_by_role("button", name="移动").click()
    await page.wait_for_url("**/assets/move?tag=*")
    await page.context.close()


@pytest.mark.parametrize("path", ["/devices/new", "/maintenance/new", "/assets/new"])
async def test_labels_and_inputs_beside_each_other_stand_at_one_height(
    browser: Browser, address: str, people: dict[str, int], path: str
) -> None:
    page = await _open(browser, address, people["technician"], path, DESKTOP)
    fields: list[list[dict[str, float]]] = await page.eval_on_selector_all(
        ".fields",
        """all => all.map(one => [...one.children].filter(f => f.matches('.field')).map(f => ({
            top: f.getBoundingClientRect().top,
            label: f.querySelector('label').getBoundingClientRect().top,
            input: f.querySelector('input, select, textarea').getBoundingClientRect().top})))""",
    )
    for group in fields:
        for row in {field["top"] for field in group}:
            beside = [field for field in group if field["top"] == row]
            assert len({round(field["label"]) for field in beside}) == 1
            assert len({round(field["input"]) for field in beside}) == 1
    await page.context.close()


async def test_a_job_card_can_be_read_on_a_phone_and_printed(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    order_id = await database.fetch_value(
        "SELECT e.work_order FROM work_order_entry e JOIN work_order w ON w.id = e.work_order"
        " JOIN membership m ON m.school = w.school WHERE m.person = $1 LIMIT 1",
        people["technician"],
    )
    path = f"/work-orders/{order_id}/card"
    page = await _open(browser, address, people["technician"], path, PHONE)
    cells = await _boxes(page, "tbody tr:not(.paper-line) td:not(:empty)")
    assert min(cell["width"] for cell in cells) >= LEAST_PIXELS_A_CELL
    await page.evaluate("window.print = () => { document.title = 'printed'; }")
    await page.locator("[data-print]").click()
    assert await page.title() == "printed"
    await page.emulate_media(media="print")
    assert await page.locator(".paper-line").first.is_visible()
    await page.context.close()


# A5 and A6 without their margins, in CSS pixels.
@pytest.mark.parametrize("paper", [469, 306])
async def test_a_letter_of_thanks_breaks_between_words_on_narrow_paper(
    browser: Browser, address: str, people: dict[str, int], paper: int
) -> None:
    donation_id = await database.fetch_value(
        "SELECT d.id FROM donation d JOIN donation_line l ON l.donation = d.id"
        " JOIN membership m ON m.school = d.school WHERE m.person = $1"
        " GROUP BY d.id ORDER BY count(*) DESC, d.id LIMIT 1",
        people["admin"],
    )
    path = f"/donations/{donation_id}/acknowledgement"
    page = await _open(browser, address, people["admin"], path, PHONE)
    await page.set_viewport_size({"width": paper, "height": 700})
    await page.emulate_media(media="print")
    assert await page.eval_on_selector_all(".letter th, .letter td", BROKEN_WORDS) == []
    assert await harness.overflow(page) <= 0
    await page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_filtered_list_says_by_what_and_stays_above_the_fold_of_a_phone(
    browser: Browser, address: str, people: dict[str, int], scripts: bool
) -> None:
    path = "/assets?q=&kind=computer&lifecycle=in_service"
    page = await _open(browser, address, people["technician"], path, PHONE, scripts=scripts)
    assert await page.locator(".filters details[open]").count() == 0
    chips = page.locator(".chips .chip")
    await expect(chips).to_have_text(["计算机", "在用"])
    assert (await _boxes(page, "tbody tr"))[0]["bottom"] < harness.HEIGHTS[PHONE]
    await chips.first.click()
    await expect(chips).to_have_text(["在用"])
    assert "kind=" not in page.url and "lifecycle=in_service" in page.url
    await chips.first.click()
    await page.wait_for_url(lambda address: "lifecycle" not in address)
    await expect(chips).to_have_count(0)
    await page.context.close()


@pytest.mark.parametrize(
    ("who", "path", "texts"),
    [
        ("admin", "/people?standing=closed", ["已停用"]),
        ("admin", "/people?standing=open", []),
        ("technician", "/candidates?decision=waiting", []),
        ("technician", "/devices?state=down&with_alerts=on", None),
        ("technician", "/device-messages?days=30", None),
        ("technician", "/work-orders?tag=HG-1&severity=high", None),
        ("teacher", "/library?subject=physics&kind=slides", None),
        ("admin", "/audit?entity=asset&day=2026-01-05", None),
        ("admin", "/security-log?day=2026-01-05", None),
        ("admin", "/donations?has_gap=on", None),
    ],
)
async def test_each_list_names_the_filters_in_use(
    browser: Browser, address: str, people: dict[str, int], who: str, path: str, texts: list[str]
) -> None:
    page = await _open(browser, address, people[who], path, PHONE)
    chips = page.locator(".chips .chip")
    said = await chips.all_inner_texts()
    expected = path.split("?")[1].count("=") if texts is None else len(texts)
    assert len(said) == expected and all(said), said
    assert texts is None or said == texts
    assert await harness.overflow(page) <= 0
    assert not await harness.violations(page)
    await page.context.close()


async def test_the_head_of_a_column_sorts_the_list_by_the_keyboard_without_scripts(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    page = await _open(
        browser,
        address,
        people["technician"],
        "/assets?lifecycle=in_service",
        DESKTOP,
        scripts=False,
    )
    for direction in ("ascending", "descending"):
        await page.get_by_role("columnheader").get_by_role("link", name="名称").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_selector(f"th[aria-sort={direction}]")
        assert "lifecycle=in_service" in page.url
    assert "sort=-title" in page.url
    await page.context.close()


async def test_a_phone_sorts_the_list_among_its_filters(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    page = await _open(browser, address, people["technician"], "/assets", PHONE)
    await page.get_by_text("筛选", exact=True).click()
    await page.get_by_label("排序方式").select_option("-added")
    await page.get_by_role("button", name="应用").click()
    await page.wait_for_url("**sort=-added**")
    assert await harness.overflow(page) <= 0
    await page.context.close()
