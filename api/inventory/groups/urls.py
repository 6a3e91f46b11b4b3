"""Addresses of classes and other groups."""

from api.kit.addresses import Address

groups = Address("/classes")
groups_csv = Address("/classes.csv")
groups_xlsx = Address("/classes.xlsx")
new_group = Address("/classes/new")
class_grid = Address("/classes/grid")
promote_classes = Address("/classes/promote")
group = Address("/classes/{group_id:int}")
retire_group = Address("/classes/{group_id:int}/retire")
restore_group = Address("/classes/{group_id:int}/restore")
