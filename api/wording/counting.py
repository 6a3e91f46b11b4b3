"""Numbers of things as people count them: Chinese has a measure word for each category."""

from api.wording.language import Language

MACHINES = ("computer", "network", "printer", "projector", "ups")


def counted(speech: Language, category: str, count: int) -> str:
    """``count`` things of one asset category with its measure word; a mixed lot is "other"."""
    if category == "book":
        text = speech.ngettext("%(num)s book", "%(num)s books", count)
    elif category == "robot_kit":
        text = speech.ngettext("%(num)s kit", "%(num)s kits", count)
    elif category in MACHINES:
        text = speech.ngettext("%(num)s unit", "%(num)s units", count)
    else:
        text = speech.ngettext("%(num)s piece", "%(num)s pieces", count)
    return text % {"num": speech.number(count)}
