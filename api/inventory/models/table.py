"""The columns of the list of models, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import models
from inventory.models import ORDERS, AssetModel, ModelFilters

TABLE = ListTable[AssetModel](
    "asset-models",
    [
        Column("title", say("Model"), lambda model, _: model.title),
        Column(
            "kind",
            say("Kind"),
            lambda model, speech: word_of(speech, "asset_category", model.kind),
            line="title",
        ),
        Column(
            "isbn",
            say("ISBN"),
            lambda model, _: model.isbn,
            line=lambda model: "where" if model.isbn else "",
        ),
        Column(
            "class_code",
            say("Class code"),
            lambda model, _: model.class_code,
            line=lambda model: "where" if model.class_code else "",
        ),
        Column(
            "assets",
            say("Number of assets"),
            lambda model, _: model.assets,
            line="state",
            numeric=True,
        ),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    ModelFilters,
    models.list_models,
    csv=urls.asset_models_csv,
    xlsx=urls.asset_models_xlsx,
    read=READ_EQUIPMENT,
)
