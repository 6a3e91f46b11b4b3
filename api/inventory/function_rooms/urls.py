"""Addresses of function rooms and of the lists that they follow."""

from api.kit.addresses import Address

function_rooms = Address("/function-rooms")
function_rooms_csv = Address("/function-rooms.csv")
function_rooms_xlsx = Address("/function-rooms.xlsx")
function_room = Address("/function-rooms/{place_id:int}")
clear_function_room = Address("/function-rooms/{place_id:int}/clear")
plan_function_room = Address("/function-rooms/{place_id:int}/plan")
room_standards = Address("/room-standards")
new_room_standard = Address("/room-standards/new")
room_standard = Address("/room-standards/{standard_id:int}")
retire_room_standard = Address("/room-standards/{standard_id:int}/retire")
