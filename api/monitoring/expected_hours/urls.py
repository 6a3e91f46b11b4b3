"""Addresses of expected hours."""

from api.kit.addresses import Address

expected_hours = Address("/expected-hours")
new_expected_hours = Address("/expected-hours/new")
expected_hours_of = Address("/expected-hours/{hours_id:int}")
give_expected_hours = Address("/expected-hours/{hours_id:int}/give")
remove_expected_hours = Address("/expected-hours/{hours_id:int}/remove")
