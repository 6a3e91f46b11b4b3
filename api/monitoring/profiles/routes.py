"""Device profiles over JSON: what is known about each kind of device."""

import msgspec
from litestar import Controller, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from core.paging import Page
from core.permissions import READ_MONITORING
from monitoring.profiles import Profile, Title, all_profiles, get_profile


class ProfileSummary(msgspec.Struct, frozen=True):
    """One kind of device; ``based_on`` is the profile of which all holds here too."""

    name: str
    title: Title
    based_on: str | None
    standards: list[str]
    interval_seconds: int
    may_sleep: bool


class DeviceProfileRoutes(Controller):
    """/api/v1/device-profiles"""

    path = "/device-profiles"
    tags = ("devices",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="device_profile_list",
        summary="The kinds of devices that are known",
    )
    async def list_profiles(self) -> Page[ProfileSummary]:
        """All of them, by name; they are the same for every school."""
        return Page(
            [msgspec.convert(p, ProfileSummary, from_attributes=True) for p in all_profiles()]
        )

    @get(
        "/{profile_name:str}",
        guards=[allow(READ_MONITORING)],
        operation_id="device_profile_get",
        summary="How a kind of device is recognised, read and judged",
    )
    async def get_profile(self, profile_name: FromPath[str]) -> Profile:
        """With all that it takes over from the profile that it is based on."""
        return get_profile(profile_name)


ROUTES: list[ControllerRouterHandler] = [DeviceProfileRoutes]
