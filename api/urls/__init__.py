"""Every address of ours in one namespace, for handlers and templates alike: urls.asset, urls.device.

Each is written in ``urls.py`` of its noun's folder.
"""

from api.inventory.assets.urls import *  # noqa: F403
from api.inventory.custody.urls import *  # noqa: F403
from api.inventory.donations.urls import *  # noqa: F403
from api.inventory.donors.urls import *  # noqa: F403
from api.inventory.imports.urls import *  # noqa: F403
from api.inventory.labels.urls import *  # noqa: F403
from api.inventory.models.urls import *  # noqa: F403
from api.inventory.places.urls import *  # noqa: F403
from api.inventory.work_orders.urls import *  # noqa: F403
from api.kit.addresses import *  # noqa: F403
from api.library.damaged_files.urls import *  # noqa: F403
from api.library.downloads.urls import *  # noqa: F403
from api.library.resources.urls import *  # noqa: F403
from api.library.uploads.urls import *  # noqa: F403
from api.monitoring.usage.urls import *  # noqa: F403
from api.urls.administration import *  # noqa: F403
from api.urls.monitoring import *  # noqa: F403
