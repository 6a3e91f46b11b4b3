"""What a person does at one school."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does at one school."""

    admin = "admin"
    technician = "technician"
    teacher = "teacher"
    student_helper = "student_helper"
    auditor = "auditor"
