"""What is known about kinds of devices: all profiles, and one with all that it reads."""

from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.rendering import language_of, render
from api.monitoring.profiles.words import read_lines, rule_lines, title_of
from core.access import Actor
from monitoring.devices.kinds import count_by_profile
from monitoring.profiles import Profile, all_profiles, get_profile, profile_named


class DeviceProfilePages(Controller):
    """/devices/profiles"""

    include_in_schema = False

    @get(urls.device_profiles, guards=[in_person])
    async def list_profiles(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        counts = await count_by_profile(actor)
        return render(
            request,
            "monitoring/profiles/list.html",
            families=_families(),
            counts=counts,
        )

    @get(urls.device_profile, guards=[in_person])
    async def show_profile(
        self, request: WebRequest, actor: NamedDependency[Actor], profile_name: FromPath[str]
    ) -> Response[str]:
        profile = get_profile(profile_name)
        speech = language_of(request)
        counts = await count_by_profile(actor)
        base = profile_named(profile.based_on) if profile.based_on else None
        return render(
            request,
            "monitoring/profiles/profile.html",
            profile=profile,
            title=title_of(profile, speech),
            base=base,
            reads=read_lines(profile, speech),
            rules=rule_lines(profile, speech),
            devices=counts.get(profile.name, 0),
        )


def _families() -> list[dict[str, Any]]:
    """Each profile that stands by itself, and below it those that are based on it."""
    roots = [profile for profile in all_profiles() if profile.based_on is None]
    return [{"root": root, "children": _children(root)} for root in roots]


def _children(root: Profile) -> list[Profile]:
    direct = [profile for profile in all_profiles() if profile.based_on == root.name]
    return [one for child in direct for one in (child, *_children(child))]


PAGES: list[ControllerRouterHandler] = [DeviceProfilePages]
