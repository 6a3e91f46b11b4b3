"""Who acts in the demo: a person of a school in one role, as by a token of his own."""

from core.access import Actor, Membership
from core.database import fetch
from labshare.demo.school import School

AS = """
SELECT s.id AS school_id, s.code AS school_code, s.name_zh AS school_name_zh,
       s.name_en AS school_name_en, $3::text AS role, p.name AS person_name
  FROM school s CROSS JOIN person p WHERE s.id = $1 AND p.id = $2
"""


class _Named(Membership, frozen=True):
    person_name: str = ""


async def acting_as(school: School, role: str, login: str = "") -> Actor:
    """The person who has this role at the school, there alone; ``login`` if it is not the role."""
    person_id = school.people[login or role]
    (found,) = await fetch(_Named, AS, school.id, person_id, role)
    return Actor(person_id, found.person_name, memberships=(found,))
