"""Addresses of lesson periods."""

from api.kit.addresses import Address

lesson_periods = Address("/lesson-periods")
new_lesson_period = Address("/lesson-periods/new")
lesson_period = Address("/lesson-periods/{period_id:int}")
delete_lesson_period = Address("/lesson-periods/{period_id:int}/delete")
