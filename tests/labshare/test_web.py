"""Whom the pages take a visitor for, behind a proxy of the same machine."""

import httpx
import pytest
from litestar import Litestar
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from labshare.web import believed_proxies
from tests import factories


async def _ask(app: Litestar, headers: dict[str, str]) -> int:
    behind = ProxyHeadersMiddleware(app, trusted_hosts=believed_proxies())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=behind, client=("127.0.0.1", 50000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://labshare.test") as proxy:
        return (await proxy.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize("setting", [None, "", "127.0.0.1"])
async def test_metrics_are_closed_to_visitors_of_a_proxy_that_names_them(
    client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    assert client
    monkeypatch.delenv("LABSHARE_PROXIES", raising=False)
    if setting is not None:
        monkeypatch.setenv("LABSHARE_PROXIES", setting)
    assert await _ask(app, {}) == 200
    assert await _ask(app, {"x-forwarded-for": "192.0.2.7"}) == 403
    # What the visitor wrote there comes before what the proxy adds.
    assert await _ask(app, {"x-forwarded-for": "127.0.0.1, 192.0.2.7"}) == 403
    technician = await factories.person("technician", await factories.school())
    for scope, answer in (("monitoring:read", 200), ("reports:read", 403)):
        token = await factories.bearer(technician, scope)
        assert await _ask(app, {"x-forwarded-for": "192.0.2.7", **token}) == answer
    teacher = await factories.bearer(await factories.person("teacher", await factories.school()))
    assert await _ask(app, {"x-forwarded-for": "192.0.2.7", **teacher}) == 403
