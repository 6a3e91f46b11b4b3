"""Labels and barcodes before the camera of the page: read once, without WebAssembly in pages; what
fails is said and can be tried again."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, expect
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.shapes import Rect

from inventory import assets, labels, models
from inventory.assets import NewAsset
from inventory.models import AssetKind, ModelFacts
from tests import factories
from tests.browser import harness
from tests.browser.harness import DESKTOP, PHONE
from tests.conftest import Stack, empty
from tests.factories import MadePerson

pytestmark = pytest.mark.browser

FRAME = (640, 480)
DESK = "#b8a48a"
# Chromium plays a file of JPEGs, one behind the other, in a circle.
FRAMES = 12
ISBN, SERIAL = "9787302511625", "CN-0Q7-113"
# As makers, libraries and publishers print them: (kind, what it says, options).
BARCODES: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("Code128", "HG-00002", {}),
    ("Standard39", SERIAL, {"checksum": 0}),
    ("EAN13", ISBN, {}),
)
# Every stream that the page ever gets, so that one left running is seen.
WATCH_STREAMS = """
window.streams = [];
const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await give(wanted);
  window.streams.push(stream);
  return stream;
};
"""
RUNNING = (
    "window.streams.flatMap((one) => one.getTracks()).filter((one) => one.readyState === 'live')"
)


@pytest.fixture(scope="module")
async def technician(connections: Stack) -> MadePerson:
    await empty(connections)
    school = await factories.school()
    who = await factories.person("technician", school)
    for number in (1, 2):
        await factories.asset(school, tag=f"HG-0000{number}")
    book = await models.create_model(who.actor, ModelFacts(AssetKind.book, "Robots", isbn=ISBN))
    for model_id, serial in ((await factories.asset_model(), SERIAL), (book.id, "")):
        new = NewAsset(school=school.code, model_id=model_id, serial_number=serial)
        await assets.create_asset(who.actor, new)
    await labels.prepare_sheet(who.actor, ["HG-00001", "HG-00002"])
    return who


@pytest.fixture(scope="module")
async def filming(
    browser: Browser,
    address: str,
    technician: MadePerson,
    chromium: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Browser]:
    """A browser whose camera sees the first label as it is printed, then the barcodes."""
    film = tmp_path_factory.mktemp("film") / "label.mjpeg"
    label = Image.open(io.BytesIO(await _printed(browser, address, technician))).convert("RGB")
    things = [label, *(_barcode(*one) for one in BARCODES)]
    film.write_bytes(b"".join(map(_film, things)))
    filming = await browser.browser_type.launch(
        executable_path=chromium,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
        timeout=harness.PATIENCE_MS,
    )
    yield filming
    await filming.close()


@pytest.fixture
async def before_the_camera(
    filming: Browser, address: str, technician: MadePerson
) -> AsyncIterator[Page]:
    """The page of the desk, fresh, before that camera."""
    context = await harness.context_for(
        filming, address, person_id=technician.id, locale="en", width=PHONE
    )
    await context.add_init_script(WATCH_STREAMS)
    page = await context.new_page()
    await page.goto("/custody/hand-out")
    await expect(page.locator("#scan")).to_be_visible()
    yield page
    await context.close()


async def _printed(browser: Browser, address: str, who: MadePerson) -> bytes:
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=DESKTOP
    )
    page = await context.new_page()
    await page.goto("/labels/sheet?tag=HG-00001&size=3x8")
    label = await page.locator(".label").first.screenshot()
    await context.close()
    return label


def _barcode(kind: str, text: str, options: dict[str, int]) -> Image.Image:
    """The bars on white paper, three pixels the narrowest."""
    bars = createBarcodeDrawing(kind, value=text, humanReadable=False, **options).contents[0]
    scale = 3 / bars.barWidth
    drawn = [bar for bar in bars.draw().contents if isinstance(bar, Rect) and bar.fillColor]
    paper = Image.new("RGB", (round(bars.width * scale) + 40, 200), "white")
    pen = ImageDraw.Draw(paper)
    for bar in drawn:
        left, right = round(bar.x * scale), round((bar.x + bar.width) * scale)
        pen.rectangle((20 + left, 20, 20 + right - 1, 180), fill="black")
    return paper


def _film(thing: Image.Image) -> bytes:
    """A thing on a desk, a little askew, for some frames."""
    frame = Image.new("RGB", FRAME, DESK)
    scale = 0.9 * min(FRAME[0] / thing.width, FRAME[1] / thing.height)
    sized = thing.resize((round(thing.width * scale), round(thing.height * scale)))
    turned = sized.rotate(4, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC)
    frame.paste(turned, ((FRAME[0] - turned.width) // 2, (FRAME[1] - turned.height) // 2))
    out = io.BytesIO()
    frame.save(out, "JPEG", quality=85)
    return out.getvalue() * FRAMES


async def test_labels_and_barcodes_are_read_once_while_they_stay_in_the_picture(
    before_the_camera: Page,
) -> None:
    page, fetched, said = before_the_camera, [], harness.listen(before_the_camera)
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
    assert not any("wasm" in name or "zxing" in name for name in fetched)
    await page.click("[data-scan-camera]")
    rows = page.locator("[data-scan-rows] > li")
    await expect(rows).to_have_count(1 + len(BARCODES))
    await expect(page.locator("[data-scan-rows] .is-pending")).to_have_count(0)
    await expect(page.locator("[data-scan-rows] .is-refused")).to_have_text([])
    assert any(name.endswith(".wasm") for name in fetched)
    for tag in ("HG-00001", "HG-00002"):
        await expect(page.locator("[data-row-tag]", has_text=tag)).to_have_count(1)
    await expect(rows.filter(has_text="Robots")).to_have_count(1)
    # They are read again and again, and are one row each.
    await page.evaluate(
        "(frames) => new Promise((done) => { let seen = 0;"
        " const video = document.querySelector('video');"
        " const next = () => (++seen > frames ? done() : video.requestVideoFrameCallback(next));"
        " next(); })",
        2 * FRAMES * (1 + len(BARCODES)),
    )
    await expect(page.locator("[data-scan-history] li")).to_have_count(1 + len(BARCODES))
    await expect(page.locator("[data-scan-torch]")).to_be_hidden()
    await page.click("[data-scan-close]")
    await expect(page.locator("[data-scan-view]")).to_be_hidden()
    assert await page.evaluate("document.querySelector('video').srcObject") is None
    assert said == []


async def test_a_camera_that_failed_says_so_and_can_be_opened_again(
    before_the_camera: Page,
) -> None:
    page = before_the_camera
    await page.route("**/scan-camera.*.js", lambda route: route.abort(), times=1)
    await page.click("[data-scan-camera]")
    await expect(page.locator("[data-scan-said]")).to_contain_text("could not be loaded")
    await page.route("**/zxing.*.wasm", lambda route: route.abort())
    await page.click("[data-scan-camera]")
    await expect(page.locator("[data-why=reader]")).to_be_visible()
    await expect(page.locator("video")).to_be_hidden()
    await page.unroute("**/zxing.*.wasm")
    await page.evaluate(
        "MediaStreamTrack.prototype.getCapabilities = () => ({torch: true});"
        "MediaStreamTrack.prototype.applyConstraints = async () => {};"
    )
    await page.click("[data-scan-camera]")
    await expect(page.locator("[data-why=ready]")).to_be_visible()
    await expect(page.locator("[data-scan-rows] > li").first).to_be_visible()
    torch = page.locator("[data-scan-torch]")
    await torch.click()
    await expect(torch).to_have_attribute("aria-pressed", "true")
    await _hide(page, True)
    assert await page.evaluate(f"{RUNNING}.length") == 0
    await _hide(page, False)
    await expect(page.locator("[data-why=ready]")).to_be_visible()
    await expect(torch).to_have_attribute("aria-pressed", "false")
    # As when it is unplugged, or another program takes it.
    await page.evaluate(f"{RUNNING}[0].dispatchEvent(new Event('ended'))")
    await expect(page.locator("[data-why=ended]")).to_be_visible()


async def test_a_camera_closed_while_it_starts_is_off(before_the_camera: Page) -> None:
    page = before_the_camera
    await page.click("[data-scan-camera]")
    await expect(page.locator("[data-why=ready]")).to_be_visible()
    await page.click("[data-scan-close]")
    for hides in (False, True):
        given = await page.evaluate("window.streams.length")
        await page.evaluate("document.querySelector('[data-scan-camera]').click()")
        await expect(page.locator("[data-scan-view]")).to_be_visible()
        if hides:
            await _hide(page, True)
        else:
            await page.evaluate("document.querySelector('[data-scan-close]').click()")
        await harness.until(page, f"window.streams.length > {given}")
        await harness.until(page, f"{RUNNING}.length === 0")


async def _hide(page: Page, value: bool) -> None:
    """As the browser does when another tab or the lock screen comes before the page."""
    await page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden',"
        " {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        value,
    )


async def test_no_page_may_compile_webassembly(before_the_camera: Page) -> None:
    refused = await before_the_camera.evaluate(
        "WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))"
        ".then(() => 'compiled', (error) => error.name)"
    )
    assert refused == "CompileError"


async def test_a_page_that_is_not_secure_says_how_to_help(
    browser: Browser, address: str, technician: MadePerson
) -> None:
    context = await harness.context_for(
        browser, address, person_id=technician.id, locale="zh_CN", width=PHONE
    )
    await context.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', {value: false})"
    )
    page = await context.new_page()
    await page.goto("/custody/hand-out")
    await page.click("[data-scan-camera]")
    await expect(page.locator("[data-why=insecure]")).to_be_visible()
    assert await harness.overflow(page) == 0
    assert await harness.violations(page) == []
    await context.close()
