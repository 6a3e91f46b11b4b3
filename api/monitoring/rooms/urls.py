"""Addresses of rooms, their seats, and of waking them."""

from api.kit.addresses import Address

rooms = Address("/rooms")
room = Address("/rooms/{place_id:int}")
wake_room = Address("/rooms/{place_id:int}/wake")
wake_device = Address("/devices/{device_id:int}/wake")
wake_plans = Address("/rooms/{place_id:int}/plans")
remove_wake_plan = Address("/rooms/plans/{plan_id:int}/remove")
room_seats = Address("/rooms/{place_id:int}/seats")
room_seat_rows = Address("/rooms/{place_id:int}/seats/rows")
