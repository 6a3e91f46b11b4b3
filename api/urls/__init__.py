"""Every address of ours is built here, for handlers and templates alike."""

from api.urls.administration import *  # noqa: F403 (one namespace: urls.asset, urls.device)
from api.urls.building import *  # noqa: F403 (one namespace: urls.asset, urls.device)
from api.urls.inventory import *  # noqa: F403 (one namespace: urls.asset, urls.device)
from api.urls.library import *  # noqa: F403 (one namespace: urls.asset, urls.device)
from api.urls.monitoring import *  # noqa: F403 (one namespace: urls.asset, urls.device)
