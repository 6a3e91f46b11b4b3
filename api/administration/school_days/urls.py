"""Addresses of a school's calendar."""

from api.kit.addresses import Address

school_days = Address("/school-days")
new_school_day = Address("/school-days/new")
take_public_holidays = Address("/school-days/public-holidays")
school_day = Address("/school-days/{day_id:int}")
delete_school_day = Address("/school-days/{day_id:int}/delete")
