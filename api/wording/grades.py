"""What the grades of a school are called: 七年级 is the first year after primary school, 高一 the tenth."""

from core.errors import say

GRADES = {
    1: say("Grade 1"),
    2: say("Grade 2"),
    3: say("Grade 3"),
    4: say("Grade 4"),
    5: say("Grade 5"),
    6: say("Grade 6"),
    7: say("Grade 7"),
    8: say("Grade 8"),
    9: say("Grade 9"),
    10: say("Grade 10"),
    11: say("Grade 11"),
    12: say("Grade 12"),
}
