"""Asset models over JSON: the kinds of things, shared by all schools."""

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import models
from inventory.models import AssetModel, ModelFacts, ModelFilters


class AssetModelRoutes(Controller):
    """/api/v1/asset-models"""

    path = "/asset-models"
    tags = ("assets",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_model_list",
        summary="Models by brand and name",
        dependencies={"asked": asked_for(ModelFilters)},
    )
    async def list_models(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[ModelFilters]]
    ) -> Page[AssetModel]:
        return await models.list_models(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )

    @post(guards=[allow(EDIT_EQUIPMENT)], operation_id="asset_model_create", summary="Add a model")
    async def create_model(
        self, actor: NamedDependency[Actor], data: JSONBody[ModelFacts]
    ) -> AssetModel:
        return await models.create_model(actor, data)

    @get(
        "/{model_id:int}",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_model_get",
        summary="One model",
    )
    async def get_model(self, actor: NamedDependency[Actor], model_id: PathId) -> AssetModel:
        return await models.get_model(actor, model_id)

    @put(
        "/{model_id:int}",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_model_edit",
        summary="Write a model anew",
    )
    async def edit_model(
        self,
        actor: NamedDependency[Actor],
        model_id: PathId,
        data: JSONBody[ModelFacts],
    ) -> AssetModel:
        return await models.update_model(actor, model_id, data)
