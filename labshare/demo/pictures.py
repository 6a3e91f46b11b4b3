"""Pictures of models and their parts, and papers of donations, drawn and written when the demo is seeded.

A picture counts as there once its row is; a start that was cut short adds what is missing.
"""

from io import BytesIO

import msgspec
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from core.access import Actor
from core.database import fetch, fetch_value
from inventory import attachments
from labshare.demo.catalogue import (
    AIO22,
    DT280,
    LASER,
    LINE_CAR,
    NB14,
    PROJECTOR,
    TP10,
    UPS1,
    Model,
)
from labshare.demo.library.look import INK, PALE
from labshare.demo.library.pdf import FONT
from storage.documents import put_document
from storage.photos import put_photo

WIDTH, HEIGHT = 960, 720
GREY, BLUE, DARK = (176, 184, 194), (31, 95, 153), (70, 80, 95)
Box = tuple[int, int, int, int]
Shape = tuple[Box, tuple[int, int, int]]
# Boxes from the back to the front: what the thing is made of, seen from its front.
SHAPES: dict[Model, tuple[Shape, ...]] = {
    DT280: (((380, 110, 580, 620), DARK), ((405, 140, 555, 190), GREY), ((460, 540, 500, 580), BLUE)),
    AIO22: (((160, 120, 800, 500), DARK), ((185, 145, 775, 455), BLUE), ((430, 500, 530, 600), GREY), ((340, 595, 620, 625), GREY)),
    NB14: (((220, 150, 740, 480), DARK), ((245, 170, 715, 455), BLUE), ((150, 480, 810, 540), GREY)),
    TP10: (((300, 90, 660, 630), DARK), ((325, 125, 635, 575), BLUE), ((465, 590, 495, 615), GREY)),
    LASER: (((220, 260, 740, 560), GREY), ((300, 180, 660, 260), PALE), ((260, 470, 700, 500), DARK), ((640, 290, 710, 330), BLUE)),
    PROJECTOR: (((180, 270, 780, 500), PALE), ((520, 310, 690, 460), DARK), ((565, 345, 645, 425), BLUE), ((220, 320, 420, 340), GREY)),
    UPS1: (((360, 140, 600, 620), DARK), ((395, 180, 565, 260), BLUE), ((395, 300, 565, 320), GREY), ((395, 350, 565, 370), GREY)),
    LINE_CAR: (((260, 280, 700, 440), BLUE), ((230, 410, 360, 560), DARK), ((600, 410, 730, 560), DARK), ((430, 210, 530, 280), GREY)),
}  # fmt: skip

# The parts of a car, as the one who counts them sees them.
PARTS: dict[str, tuple[Shape, ...]] = {
    "主控板": (((220, 200, 740, 560), BLUE), ((300, 270, 420, 390), DARK), ((480, 280, 680, 330), GREY), ((520, 420, 680, 500), DARK)),
    "减速电机": (((200, 300, 560, 480), GREY), ((560, 330, 680, 450), (214, 158, 46)), ((680, 375, 780, 405), DARK)),
    "车轮": (((300, 180, 660, 540), DARK), ((390, 270, 570, 450), (214, 158, 46)), ((460, 340, 500, 380), PALE)),
    "循线传感器": (((200, 330, 760, 450), BLUE), ((250, 360, 310, 420), DARK), ((450, 360, 510, 420), DARK), ((650, 360, 710, 420), DARK)),
    "电池盒": (((220, 240, 740, 520), DARK), ((250, 270, 710, 330), GREY), ((250, 350, 710, 410), GREY), ((250, 430, 710, 490), GREY)),
}  # fmt: skip


class _Gift(msgspec.Struct):
    id: int
    title: str
    school_id: int
    lines: list[str]


class _Keeper(msgspec.Struct):
    school_id: int
    name: str


class _Part(msgspec.Struct):
    id: int
    part: str


PART_OF = """
SELECT k.id, k.part FROM kit_part k JOIN asset_model m ON m.id = k.model
 WHERE (m.kind, m.brand, m.name) = (:kind, :brand, :name) AND k.part = any(:parts::text[])
   AND NOT EXISTS (SELECT FROM attachment t WHERE t.kit_part = k.id)
 ORDER BY k.id
"""
GIFTS = """
SELECT d.id, d.title, d.school AS school_id,
       array(SELECT m.name || '　×　' || l.declared FROM donation_line l
               JOIN asset_model m ON m.id = l.model WHERE l.donation = d.id ORDER BY l.id) AS lines
  FROM donation d
 WHERE NOT EXISTS (SELECT FROM attachment t WHERE t.donation = d.id) ORDER BY d.id
"""
KEEPERS = """
SELECT s.id AS school_id, p.name FROM school s
  JOIN LATERAL (SELECT person FROM membership m WHERE m.school = s.id AND m.role = 'admin'
                 ORDER BY id LIMIT 1) AS first ON true
  JOIN person p ON p.id = first.person ORDER BY s.id
"""


async def add_pictures() -> None:
    """Add the pictures and papers that are not there yet."""
    keepers = {
        one.school_id: Actor.system(one.name, [one.school_id])
        for one in await fetch(_Keeper, KEEPERS)
    }
    everywhere = Actor.system(next(iter(keepers.values())).name, list(keepers))
    for model, shapes in SHAPES.items():
        model_id = await fetch_value(
            "SELECT m.id FROM asset_model m WHERE (m.kind, m.brand, m.name) = (:kind, :brand, :name)"
            " AND NOT EXISTS (SELECT FROM attachment t WHERE t.model = m.id)",
            kind=model[0],
            brand=model[1],
            name=model[2],
        )
        if model_id is not None:
            subject = await attachments.of_model(everywhere, model_id)
            photo = await put_photo(drawn(shapes))
            await attachments.add_photos(everywhere, subject, [photo])
    kind, brand, name = LINE_CAR
    for part in await fetch(_Part, PART_OF, kind=kind, brand=brand, name=name, parts=list(PARTS)):
        subject = await attachments.of_kit_part(everywhere, part.id)
        photo = await put_photo(drawn(PARTS[part.part]))
        await attachments.add_photos(everywhere, subject, [photo])
    for gift in await fetch(_Gift, GIFTS):
        actor = keepers[gift.school_id]
        subject = await attachments.of_donation(actor, gift.id)
        document = await put_document(delivery_note(gift.title, gift.lines), "送货单.pdf")
        await attachments.add_document(actor, subject, document, title="送货单")


def drawn(shapes: tuple[Shape, ...]) -> bytes:
    """The boxes as a photograph on a table."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 600, WIDTH, HEIGHT), fill=PALE)
    for box, colour in shapes:
        draw.rounded_rectangle(box, radius=18, fill=colour, outline=INK, width=4)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def delivery_note(title: str, lines: list[str]) -> bytes:
    """A sheet with what was declared."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A5, pageCompression=1)
    canvas.setTitle(title)
    canvas.setFont(FONT, 16)
    canvas.drawString(40, 540, "送货单")
    canvas.setFont(FONT, 12)
    canvas.drawString(40, 510, title)
    for number, line in enumerate(lines[:20]):
        canvas.drawString(40, 480 - 20 * number, line)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()
