"""Addresses of asset models."""

from api.kit.addresses import Address

asset_models = Address("/asset-models")
asset_models_csv = Address("/asset-models.csv")
asset_models_xlsx = Address("/asset-models.xlsx")
new_asset_model = Address("/asset-models/new")
asset_model_titles = Address("/asset-models/titles")
asset_model = Address("/asset-models/{model_id:int}")
