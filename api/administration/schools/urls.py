"""Addresses of schools."""

from api.kit.addresses import Address

schools = Address("/schools")
new_school = Address("/schools/new")
school = Address("/schools/{school_id:int}")
