"""The nouns that files can be imported of."""

from inventory.imports.asset_importer import ASSETS
from inventory.imports.importers import Importer
from inventory.imports.line_importer import DONATION_LINES
from inventory.imports.model_importer import MODELS
from inventory.imports.people_importer import PEOPLE
from inventory.imports.place_importer import PLACES
from inventory.imports.shapes import Noun
from inventory.imports.timetable_importer import TIMETABLES

IMPORTERS: dict[Noun, Importer] = {
    importer.noun: importer
    for importer in (ASSETS, MODELS, PLACES, PEOPLE, DONATION_LINES, TIMETABLES)
}
