"""The record of a stock-take as a PDF file: what the page of the record says, with the signatures drawn."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from reportlab.graphics.shapes import Drawing, PolyLine
from reportlab.lib.colors import black, grey
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from api.wording.language import Language
from api.wording.words import word_of
from inventory.signatures import BOARD_HEIGHT, BOARD_WIDTH
from inventory.stocktakes import (
    Result,
    SigningPart,
    StocktakeAsset,
    StocktakeDetails,
    UnknownThing,
)

# Every reader of PDF brings it along, with all Chinese characters: nothing is embedded.
FONT = "STSong-Light"
MARGIN = 18 * mm
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")
HEADING = ParagraphStyle("heading", TEXT, fontSize=12, leading=18, spaceBefore=8, spaceAfter=2)
TITLE = ParagraphStyle("title", TEXT, fontSize=17, leading=24)
SMALL = 8
SIGNATURE_WIDTH = 60 * mm
GRID = [
    ("FONTNAME", (0, 0), (-1, -1), FONT),
    ("FONTSIZE", (0, 0), (-1, -1), 9.5),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, grey),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
]

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class Record(msgspec.Struct, frozen=True):
    """What stands in a record; of each result the first of its things, and whether there are more."""

    stocktake: StocktakeDetails
    school: str
    lists: list[tuple[Result, Sequence[StocktakeAsset], bool]]
    unknown: Sequence[UnknownThing]


def write_record(record: Record, speech: Language) -> bytes:
    """The file, in the language given; some tenths of a second of work for a large school."""
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=record.stocktake.title,
        author=record.school,
    )
    story = [
        *_head(record, speech),
        *_rooms(record, speech),
        *_lists(record, speech),
        *_signatures(record, speech),
    ]
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return file.getvalue()


def _head(record: Record, speech: Language) -> list[Any]:
    taken, words = record.stocktake, speech.gettext
    scope = taken.model or taken.donation or " · ".join(taken.places)
    facts = [
        (words("What is counted"), scope or word_of(speech, "stocktake_scope", taken.scope)),
        (words("Started"), f"{speech.moment(taken.started_at)} · {taken.started_by}"),
        (words("Ended"), f"{speech.moment(taken.ended_at)} · {taken.ended_by or ''}"),
        (words("Counted by"), " · ".join(taken.counters)),
        (words("Note"), taken.note),
        (words("Expected"), speech.number(taken.expected)),
        (words("Things seen"), speech.number(taken.seen)),
        *(
            (word_of(speech, "stocktake_result", result), speech.number(count))
            for result, count in (
                (Result.missing, taken.missing),
                (Result.not_counted, taken.not_counted),
                (Result.out, taken.out),
                (Result.wrong_place, taken.wrong_place),
                (Result.unexpected, taken.unexpected),
            )
        ),
    ]
    rows = [[_text(name), _text(value)] for name, value in facts if value]
    return [
        _text(record.school),
        Paragraph(escape(f"{words('Record of a stock-take')} · {taken.title}"), TITLE),
        Spacer(0, 3 * mm),
        Table(rows, colWidths=[38 * mm, None], style=GRID, hAlign="LEFT"),
    ]


def _rooms(record: Record, speech: Language) -> list[Any]:
    words = speech.gettext
    heads = [words(name) for name in ("Place", "Expected", "Things seen", "Not seen")]
    rows = [
        [
            _text(room.place or words("Without a place")),
            *(speech.number(count) for count in (room.expected, room.seen, room.pending)),
        ]
        for room in record.stocktake.rooms
    ]
    if not rows:
        return []
    style = [*GRID, ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    table = Table([heads, *rows], colWidths=[None, 25 * mm, 25 * mm, 25 * mm], style=style)
    table.repeatRows = 1
    return [Paragraph(escape(words("Place by place")), HEADING), table]


def _lists(record: Record, speech: Language) -> list[Any]:
    story: list[Any] = []
    for result, rows, has_more in record.lists:
        if not rows:
            continue
        story.append(Paragraph(escape(word_of(speech, "stocktake_result", result)), HEADING))
        story += [_text(_thing(row, speech)) for row in rows]
        if has_more:
            more = speech.gettext("The first %(count)s of them; all stand in Labshare.")
            story.append(_text(more % {"count": speech.number(len(rows))}))
    if record.unknown:
        story.append(Paragraph(escape(speech.gettext("Unknown things")), HEADING))
    for thing in record.unknown:
        parts = (thing.given, thing.place, thing.by, thing.note)
        story.append(_text(" · ".join(part for part in parts if part)))
    return story


def _thing(row: StocktakeAsset, speech: Language) -> str:
    parts = [f"{row.tag} {row.title}".strip()]
    if row.expected_place:
        parts.append(speech.gettext("Expected: %(place)s") % {"place": row.expected_place})
    if row.seen_at:
        place = row.seen_place or speech.gettext("Not said")
        parts.append(speech.gettext("Seen: %(place)s") % {"place": place})
    if row.corrected_as:
        parts.append(word_of(speech, "stocktake_corrected", row.corrected_as))
    return " · ".join([*parts, row.note] if row.note else parts)


def _signatures(record: Record, speech: Language) -> list[Any]:
    signed = {one.part: one for one in record.stocktake.signatures}
    story: list[Any] = []
    for part in SigningPart:
        word = word_of(speech, "stocktake_part", part)
        if part in signed:
            one = signed[part]
            said = speech.gettext("Signed by %(name)s, %(at)s")
            text = said % {"name": one.signer, "at": speech.moment(one.signed_at)}
            story.append(KeepTogether([_drawing(one.strokes), _text(f"{word}: {text}")]))
        else:
            date = speech.gettext("Date:")
            line = _text(f"{word}: ____________________   {date} ______________")
            story.append(KeepTogether([Spacer(0, 12 * mm), line]))
    return story


def _drawing(strokes: Sequence[Sequence[int]]) -> Drawing:
    scale = SIGNATURE_WIDTH / BOARD_WIDTH
    drawing = Drawing(SIGNATURE_WIDTH, BOARD_HEIGHT * scale)
    for stroke in strokes:
        # The board counts downwards, paper upwards; a point alone is a short line.
        points = [
            value * scale if n % 2 == 0 else (BOARD_HEIGHT - value) * scale
            for n, value in enumerate(stroke)
        ]
        if len(points) == 2:
            points += [points[0] + 0.5, points[1]]
        drawing.add(PolyLine(points, strokeColor=black, strokeWidth=1, strokeLineCap=1))
    return drawing


def _number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, SMALL)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, str(document.page))


def _text(text: str) -> Paragraph:
    return Paragraph(escape(text), TEXT)
