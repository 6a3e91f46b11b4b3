"""Addresses of people and their roles."""

from api.kit.addresses import Address

people = Address("/people")
people_csv = Address("/people.csv")
people_xlsx = Address("/people.xlsx")
new_person = Address("/people/new")
person = Address("/people/{person_id:int}")
give_role = Address("/people/{person_id:int}/roles")
end_role = Address("/people/{person_id:int}/roles/{membership_id:int}/end")
invite_person = Address("/people/{person_id:int}/invite")
close_person = Address("/people/{person_id:int}/close")
reopen_person = Address("/people/{person_id:int}/reopen")
