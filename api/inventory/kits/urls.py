"""Addresses of kits, of what they lack, and of the parts lists of models."""

from api.kit.addresses import Address

kits = Address("/kits")
kits_csv = Address("/kits.csv")
kits_xlsx = Address("/kits.xlsx")
kit_needs = Address("/kit-needs")
kit_needs_csv = Address("/kit-needs.csv")
kit_needs_xlsx = Address("/kit-needs.xlsx")
kit = Address("/kits/{tag:str}")
count_kit = Address("/kits/{tag:str}/count")
supply_kit = Address("/kits/{tag:str}/supply")
kit_part = Address("/kit-parts/{kit_part_id:int}")
parts_list = Address("/asset-models/{model_id:int}/parts")
