"""What webhooks need of the installation, for pages, routes and the worker alike."""

from api.http.types import WebRequest
from core.encryption import Cipher
from core.settings import Settings
from core.webhooks.addresses import Policy
from core.webhooks.delivering import PURPOSE, Courier
from core.webhooks.kinds import Kinds, by_entity
from inventory import webhook_kinds as of_inventory
from monitoring import webhook_kinds as of_monitoring
from storage import webhook_kinds as of_storage

KINDS: Kinds = by_entity((*of_inventory.KINDS, *of_storage.KINDS, *of_monitoring.KINDS))


def cipher_of(request: WebRequest) -> Cipher:
    """What encrypts this installation's secrets of webhooks."""
    return Cipher.of(request.app.state.settings, purpose=PURPOSE)


def policy_of(request: WebRequest) -> Policy:
    """Where this installation's messages may go."""
    return _policy(request.app.state.settings)


def kinds_of(_: WebRequest) -> Kinds:
    """What there is to be told of."""
    return KINDS


SUPPLIED = {"cipher": cipher_of, "policy": policy_of, "kinds": kinds_of}


def courier_of(settings: Settings) -> Courier:
    """What the worker sends messages with."""
    cipher = Cipher.of(settings, purpose=PURPOSE)
    return Courier(cipher, KINDS, _policy(settings), settings.base_url)


def _policy(settings: Settings) -> Policy:
    """Private addresses are those that devices may have; nothing else is a school's."""
    return Policy(settings.webhook_networks, settings.networks)
