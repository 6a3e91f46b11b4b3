"""Addresses of parts in stock, and of what is to be bought."""

from api.kit.addresses import Address

stock = Address("/stock")
stock_csv = Address("/stock.csv")
stock_xlsx = Address("/stock.xlsx")
find_stock = Address("/stock/find")
new_stock = Address("/stock/new")
stock_item = Address("/stock/{stock_id:int}")
issue_stock = Address("/stock/{stock_id:int}/issue")
return_stock = Address("/stock/{stock_id:int}/return")
receive_more = Address("/stock/{stock_id:int}/receive")
move_stock = Address("/stock/{stock_id:int}/move")
count_stock = Address("/stock/{stock_id:int}/count")
set_minimum = Address("/stock/{stock_id:int}/minimum")
add_part_code = Address("/stock/{stock_id:int}/code")
stock_parts = Address("/stock-parts")
stock_parts_csv = Address("/stock-parts.csv")
stock_parts_xlsx = Address("/stock-parts.xlsx")
purchases = Address("/purchases")
purchases_csv = Address("/purchases.csv")
purchases_xlsx = Address("/purchases.xlsx")
dismantle = Address("/assets/{tag:str}/dismantle")
