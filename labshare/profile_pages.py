"""The pages of docs/profiles, written from the profiles' own files."""

from collections.abc import Iterator
from pathlib import Path

from monitoring.decoding.metrics import METRICS, UNITS
from monitoring.decoding.readings import State
from monitoring.profiles import Profile, Read, Rule, all_profiles, profile_named
from monitoring.profiles.alert_messages import RULE_SENTENCES

BEGIN, END = "<!-- profiles: begin -->", "<!-- profiles: end -->"
EVERY = {"visit": "", "hour": "once an hour", "day": "once a day"}
CARRIERS = {
    "network": "it passes on the traffic of others: it has a bridge, sysServices names layer 2 or 3,"
    " it forwards, or it has three sockets and is no computer",
    "computer": "it is a computer that forwards (ipForwarding) and has two sockets",
}
YES = {True: "yes", False: "no"}


def write_pages(folder: Path) -> list[Path]:
    """One page a profile, and the table of all of them in README.md; the files written."""
    written = []
    for profile in all_profiles():
        path = folder / f"{profile.name}.md"
        path.write_text(page_of(profile), encoding="utf-8")
        written.append(path)
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{overview()}{after}", encoding="utf-8")
    return [*written, readme]


def overview() -> str:
    """The table of all profiles, between its two marks."""
    rows = [
        f"| [{p.name}]({p.name}.md) | {p.title.en} | {', '.join(p.standards)} |"
        f" {p.interval_seconds} s | {YES[p.may_sleep]} |"
        for p in all_profiles()
    ]
    head = "| profile | devices | by | visited every | may be switched off |\n|---|---|---|---|---|"
    return "\n".join([BEGIN, head, *rows, END])


def page_of(profile: Profile) -> str:
    """The profile in words and tables; what it takes over is on the page of its base."""
    base = profile_named(profile.based_on) if profile.based_on else None
    taken = [] if base is None else base.read
    reads = [read for read in profile.read if read not in taken]
    rules = [rule for rule in profile.rule if base is None or rule not in base.rule]
    parts = [
        f"# {profile.name}: {profile.title.en}",
        f"{profile.title.zh_CN}. {' '.join(filter(None, [profile.note, *_facts(profile)]))}",
        "## Recognised by\n" + "\n".join(_recognised(profile)),
    ]
    if profile.identity:
        parts.append("## Identity\n" + _table(("fact", "object"), _identity(profile)))
    if reads:
        read_head = ("reading", "unit", "from", "remarks")
        parts.append("## Read\n" + _table(read_head, map(_read_row, reads)))
    if rules:
        rule_head = ("rule", "of", "raised", "cleared", "visits", "severity", "says")
        parts.append("## Rules\n" + _table(rule_head, map(_rule_row, rules)))
    return "\n\n".join(parts) + "\n"


def _facts(profile: Profile) -> Iterator[str]:
    if profile.based_on:
        yield f"All of [{profile.based_on}]({profile.based_on}.md), and what is here."
    yield f"By {', '.join(profile.standards)}." if profile.standards else ""
    yield f"Visited every {profile.interval_seconds} s."
    yield "May be switched off." if profile.may_sleep else "Is never switched off."


def _recognised(profile: Profile) -> Iterator[str]:
    wanted = profile.recognise
    yield from (f"- sysObjectID begins with `{text}`" for text in wanted.object_ids)
    yield from (f"- not if it begins with `{text}`" for text in wanted.except_object_ids)
    yield from (f"- sysDescr fits `{pattern}`" for pattern in wanted.descriptions)
    yield from (f"- something answers below `{text}`" for text in wanted.answers)
    if wanted.carrier is not None:
        yield f"- {CARRIERS[wanted.carrier]}"
    elif not (wanted.object_ids or wanted.descriptions or wanted.answers):
        yield "- nothing: it is what is left for a device that no other profile fits"


def _identity(profile: Profile) -> Iterator[tuple[str, ...]]:
    return ((name, f"`{text}`") for name, text in profile.identity.items())


def _read_row(read: Read) -> tuple[str, ...]:
    name = read.metric or read.decode
    if read.instance:
        name += f" of {read.instance}"
    unit = METRICS[read.metric].unit if read.metric else None
    shown = str(UNITS[unit]) if unit in UNITS else ""
    objects = "<br>".join(f"{role} `{text}`" for role, text in read.objects.items())
    return name, shown, objects, " ".join(_remarks(read))


def _remarks(read: Read) -> Iterator[str]:
    if EVERY[read.every]:
        yield f"Read {EVERY[read.every]}."
    if read.scale != 1 or read.divisor != 1:
        times = f"times {read.scale:g}" if read.scale != 1 else ""
        over = f"divided by {read.divisor}" if read.divisor != 1 else ""
        yield f"{' and '.join(filter(None, [times, over])).capitalize()}."
    if read.tenths_above is not None:
        yield f"Tenths where it is above {read.tenths_above:g}."
    if read.only:
        told = (f"{role} {' or '.join(map(str, codes))}" for role, codes in read.only.items())
        yield f"Only where {', '.join(told)}."
    if read.instances:
        yield f"{', '.join(f'{i} is {name}' for i, name in read.instances.items())}."
    if read.codes:
        yield f"{', '.join(f'{code} {_code(*of)}' for code, of in read.codes.items())}."
    if read.note:
        yield read.note


def _code(word: str, state: State) -> str:
    return word if state is State.ok else f"{word} ({state.value})"


def _rule_row(rule: Rule) -> tuple[str, ...]:
    if rule.raise_state is not None:
        raised, cleared = f"state {rule.raise_state.value}", "any better state"
    else:
        raised, cleared = (f"{bound:g}" for bound in rule.bounds or ())
        raised = f"{'≥' if rule.is_upward else '≤'} {raised}"
        cleared = f"{'≤' if rule.is_upward else '≥'} {cleared}"
    visits = f"{rule.after} of {rule.within}" if rule.within > rule.after else str(rule.after)
    sentence = RULE_SENTENCES[rule.name].template
    return rule.name, rule.metric, raised, cleared, visits, rule.severity.value, sentence


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
