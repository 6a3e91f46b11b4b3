"""Addresses of bookings and calendars."""

from api.kit.addresses import Address

book = Address("/book")
asset_calendar = Address("/book/assets/{tag:str}")
room_calendar = Address("/book/rooms/{place_id:int}")
model_calendar = Address("/book/models/{school_id:int}/{model_id:int}")
lend_model = Address("/book/models/{model_id:int}/lending")
bookings = Address("/bookings")
new_booking = Address("/bookings/new")
booking = Address("/bookings/{hold_id:int}")
cancel_booking = Address("/bookings/{hold_id:int}/cancel")
no_show = Address("/bookings/{hold_id:int}/no-show")
my_week = Address("/bookings/week")
new_block = Address("/blocks/new")
release_block = Address("/blocks/{hold_id:int}/release")
feeds = Address("/calendars")
feed = Address("/ical/{secret:str}")
revoke_feed = Address("/calendars/{feed_id:int}/revoke")
