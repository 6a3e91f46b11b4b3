"""Addresses of assets."""

from api.kit.addresses import Address

assets = Address("/assets")
new_asset = Address("/assets/new")
step_assets = Address("/assets/step")
count_assets = Address("/assets/count")
wipe_assets = Address("/assets/wipe")
move_assets = Address("/assets/move")
change_school = Address("/assets/change-school")
assets_csv = Address("/assets.csv")
assets_xlsx = Address("/assets.xlsx")
asset = Address("/assets/{tag:str}")
edit_asset = Address("/assets/{tag:str}/edit")
asset_step = Address("/assets/{tag:str}/step")
