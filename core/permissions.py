"""What may be done, by whom: each permission names its roles and the scope that a token needs.

A permission is about one school: :meth:`core.access.Actor.require` asks for it at the school of the
row, a guard (api/http/access.py) asks early whether the person has it at any.
"""

import msgspec

from core.roles import Role

ADMIN, TECHNICIAN, TEACHER = Role.admin, Role.technician, Role.teacher
STUDENT_HELPER, AUDITOR = Role.student_helper, Role.auditor


class Permission(msgspec.Struct, frozen=True):
    """``roles`` that have it, none named: everyone signed in; ``scope`` that a token needs for it."""

    roles: tuple[Role, ...]
    scope: str


EVERYONE: tuple[Role, ...] = ()

# One's own account, and who else is there.
READ_ACCOUNT = Permission(EVERYONE, "people:read")
EDIT_ACCOUNT = Permission(EVERYONE, "people:write")
READ_SCHOOLS = Permission(EVERYONE, "people:read")
READ_PEOPLE = Permission((ADMIN, TECHNICIAN, AUDITOR), "people:read")
MANAGE_PEOPLE = Permission((ADMIN,), "people:write")
MANAGE_SCHOOL = Permission((ADMIN,), "people:write")
READ_AUDIT = Permission((ADMIN, AUDITOR), "people:read")
READ_SECURITY_LOG = Permission((ADMIN,), "people:read")

# Equipment. Who works on an order, and who may only write about it, its own rules say.
READ_EQUIPMENT = Permission(EVERYONE, "inventory:read")
EDIT_EQUIPMENT = Permission((ADMIN, TECHNICIAN), "inventory:write")
# Who holds something renews it himself, as often as the school allows.
RENEW_OWN = Permission(EVERYONE, "inventory:write")
EDIT_PLACES = Permission((ADMIN, TECHNICIAN), "inventory:write")
# What a room of a kind should hold.
EDIT_ROOM_STANDARDS = Permission((ADMIN,), "inventory:write")
READ_BORROWERS = Permission((ADMIN, TECHNICIAN, TEACHER, AUDITOR), "inventory:read")
# Who counts says what is there; what becomes of a gap is for those who keep the equipment.
COUNT_KITS = Permission((ADMIN, TECHNICIAN, TEACHER, STUDENT_HELPER), "inventory:write")
# Several people count at a time; what follows from it is for those who keep the equipment.
COUNT_STOCK = Permission((ADMIN, TECHNICIAN, TEACHER, STUDENT_HELPER), "inventory:write")
# Files for a stick that read machines without a network, and the texts that come back.
COLLECT_HOURS = Permission((ADMIN, TECHNICIAN), "inventory:write")
BOOK_EQUIPMENT = Permission((ADMIN, TECHNICIAN, TEACHER), "inventory:write")
# Bookings of others, exams and stock-takes, and what a school lends.
MANAGE_BOOKINGS = Permission((ADMIN, TECHNICIAN), "inventory:write")
# Handing out what somebody else has booked.
OVERRIDE_BOOKINGS = Permission((ADMIN, TECHNICIAN), "inventory:write")
# Invoices and warranty cards of single things; photographs and manuals are for all who see the thing.
READ_DOCUMENTS = Permission((ADMIN, TECHNICIAN, TEACHER, AUDITOR), "inventory:read")
# What leaves the books for good; never by who proposed it.
APPROVE_DISPOSALS = Permission((ADMIN,), "inventory:write")
EDIT_CUSTOM_FIELDS = Permission((ADMIN,), "inventory:write")
READ_DONATIONS = Permission((ADMIN, TECHNICIAN, AUDITOR), "inventory:read")
EDIT_DONATIONS = Permission((ADMIN,), "inventory:write")
READ_IMPORTS = Permission((ADMIN,), "inventory:read")
IMPORT_EQUIPMENT = Permission((ADMIN,), "inventory:write")
REPORT_FAULTS = Permission((ADMIN, TECHNICIAN, TEACHER, STUDENT_HELPER), "inventory:write")
READ_EVERY_WORK_ORDER = Permission((ADMIN, TECHNICIAN, AUDITOR), "inventory:read")
WRITE_WORK_ORDERS = Permission(EVERYONE, "inventory:write")
COMMENT_WORK_ORDERS = Permission((ADMIN, TECHNICIAN, TEACHER, STUDENT_HELPER), "inventory:write")
MANAGE_WORK_ORDERS = Permission((ADMIN, TECHNICIAN), "inventory:write")
BE_ASSIGNED_WORK_ORDERS = Permission((TECHNICIAN, ADMIN, STUDENT_HELPER), "inventory:write")

# Monitoring. What is set up once (credentials, networks, the last step of escalation) is for admins.
READ_MONITORING = Permission(EVERYONE, "monitoring:read")
EDIT_MONITORING = Permission((ADMIN, TECHNICIAN), "monitoring:write")
READ_MONITORING_SETUP = Permission((ADMIN, TECHNICIAN), "monitoring:read")
EDIT_MONITORING_SETUP = Permission((ADMIN,), "monitoring:write")
SUBSCRIBE_ALERTS = Permission((ADMIN, TECHNICIAN), "monitoring:write")
WAKE_DEVICES = Permission((ADMIN, TECHNICIAN, TEACHER), "monitoring:write")

# Reports.
READ_USAGE = Permission((ADMIN, AUDITOR), "reports:read")
READ_UPKEEP = Permission((ADMIN, AUDITOR, TECHNICIAN), "reports:read")
READ_AVAILABILITY = Permission((ADMIN, AUDITOR, TECHNICIAN), "reports:read")

# The library.
READ_LIBRARY = Permission(EVERYONE, "library:read")
CONTRIBUTE_RESOURCES = Permission((TEACHER, ADMIN), "library:write")
REVIEW_RESOURCES = Permission((ADMIN,), "library:write")
READ_DAMAGED_FILES = Permission((ADMIN,), "library:read")

BY_NAME = {name: value for name, value in globals().items() if isinstance(value, Permission)}


def named(name: str) -> Permission:
    """The permission by the name of its constant, as rows of the database hold it."""
    return BY_NAME[name]
