"""Every address of ours in one namespace, for handlers and templates alike: urls.asset, urls.device.

Each is written in ``urls.py`` of its noun's folder.
"""

from api.administration.account.urls import *  # noqa: F403
from api.administration.audit.urls import *  # noqa: F403
from api.administration.lesson_periods.urls import *  # noqa: F403
from api.administration.people.urls import *  # noqa: F403
from api.administration.school_days.urls import *  # noqa: F403
from api.administration.schools.urls import *  # noqa: F403
from api.administration.security_log.urls import *  # noqa: F403
from api.administration.setup.urls import *  # noqa: F403
from api.administration.sign_in.urls import *  # noqa: F403
from api.administration.terms.urls import *  # noqa: F403
from api.home.urls import *  # noqa: F403
from api.inventory.assets.urls import *  # noqa: F403
from api.inventory.attachments.urls import *  # noqa: F403
from api.inventory.custody.urls import *  # noqa: F403
from api.inventory.custom_fields.urls import *  # noqa: F403
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
from api.monitoring.alerts.urls import *  # noqa: F403
from api.monitoring.availability.urls import *  # noqa: F403
from api.monitoring.candidates.urls import *  # noqa: F403
from api.monitoring.credentials.urls import *  # noqa: F403
from api.monitoring.devices.urls import *  # noqa: F403
from api.monitoring.expected_hours.urls import *  # noqa: F403
from api.monitoring.health.urls import *  # noqa: F403
from api.monitoring.history.urls import *  # noqa: F403
from api.monitoring.maintenance.urls import *  # noqa: F403
from api.monitoring.networks.urls import *  # noqa: F403
from api.monitoring.notices.urls import *  # noqa: F403
from api.monitoring.ports.urls import *  # noqa: F403
from api.monitoring.profiles.urls import *  # noqa: F403
from api.monitoring.rooms.urls import *  # noqa: F403
from api.monitoring.traps.urls import *  # noqa: F403
from api.monitoring.usage.urls import *  # noqa: F403
from api.monitoring.watching.urls import *  # noqa: F403
from api.schema.urls import *  # noqa: F403
