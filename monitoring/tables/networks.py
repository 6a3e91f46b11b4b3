"""Where devices may be, what a search found there, and what hangs on which port."""

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables import Asset
from monitoring.tables.devices import MAC, Credential, Device


class Network(Table, tablename="network"):
    """Where a school's devices may be: no other address is ever asked."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    cidr = Varchar(length=43)
    # None: searched for devices only when somebody says so.
    scan_every_hours = Integer(null=True, default=None)
    addresses_per_second = Integer(default=20)
    next_scan_at = Timestamptz(null=True, default=None, index=True)
    created_at = Timestamptz()
    version = Integer(default=1)

    network_name_is_given = Check("btrim(name) <> ''")
    network_scan_is_not_too_often = Check("scan_every_hours BETWEEN 1 AND 720")
    network_rate_is_bounded = Check("addresses_per_second BETWEEN 1 AND 200")
    network_once_a_school = Unique(["school", "cidr"])
    network_id_school = Unique(["id", "school"])


class NetworkGrant(Table, tablename="network_grant"):
    """Addresses that the operator gave to a school; from the first row on, no others are used.

    Two schools have some of the same addresses only where one of the grants is shared.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.cascade)
    cidr = Varchar(length=43)
    is_shared = Boolean(default=False)
    created_at = Timestamptz()

    network_grant_once_a_school = Unique(["school", "cidr"])


class NetworkCredential(Table, tablename="network_credential"):
    """A credential that a search of the network tries, in order of ``place``."""

    id = BigSerial(primary_key=True)
    network = ForeignKey(Network, null=False, on_delete=OnDelete.cascade)
    credential = ForeignKey(Credential, null=False, index=True, on_delete=OnDelete.cascade)
    place = Integer(default=1)

    network_credential_once = Unique(["network", "credential"])


class NetworkScan(Table, tablename="network_scan"):
    """One search of one network, from its first address to its last; a killed one goes on."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    network = ForeignKey(Network, null=False, index=True, on_delete=OnDelete.cascade)
    requested_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    addresses = Integer()
    asked = Integer(default=0)
    answered = Integer(default=0)
    lease_until = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)
    # Claims since it last came further; the worker of each was killed, or did not get on.
    lost_claims = Integer(default=0)
    failed_at = Timestamptz(null=True, default=None)

    network_scan_asks_what_there_is = Check("asked BETWEEN 0 AND addresses")


class Candidate(Table, tablename="candidate"):
    """Something that a search found and that is no device yet; doubtful ones wait for a person."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    network = ForeignKey(Network, null=False, index=True, on_delete=OnDelete.cascade)
    address = Varchar(length=45)
    port = Integer(default=161)
    credential = ForeignKey(
        Credential, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    profile = Varchar(length=40, null=True, default=None)
    identity = JSONB(default="{}")
    mac = Varchar(length=17, null=True, default=None)
    # How sure the match with ``asset`` is, and by which keys.
    trust = Varchar(length=10, default="unmatched")
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    keys = JSONB(default="{}")
    found_at = Timestamptz()
    seen_at = Timestamptz()
    decision = Varchar(length=8, null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=True, default=None, index=True, on_delete=OnDelete.restrict)

    candidate_port_is_a_port = Check("port BETWEEN 1 AND 65535")
    candidate_mac_is_plain = Check(f"mac {MAC}")
    candidate_trust_is_known = Check("trust IN ('certain','doubtful','unmatched')")
    candidate_trust_needs_an_asset = Check("(trust = 'unmatched') = (asset IS NULL)")
    candidate_decision_is_known = Check("decision IN ('added','ignored')")
    candidate_decision_has_a_time = Check("(decision IS NULL) = (decided_at IS NULL)")
    candidate_added_is_a_device = Check("(decision = 'added') = (device IS NOT NULL)")
    candidate_once_an_address = Unique(["school", "address", "port"])


class PortSighting(Table, tablename="port_sighting"):
    """Behind which port of a switch a network card was seen last."""

    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False, on_delete=OnDelete.cascade)
    port = Varchar(length=120)
    mac = Varchar(length=17, index=True)
    vlan = Integer(null=True, default=None)
    seen_at = Timestamptz()

    port_sighting_mac_is_plain = Check(f"mac {MAC}")
    port_sighting_once = Unique(["device", "mac"])


class PortNeighbour(Table, tablename="port_neighbour"):
    """What a switch hears of itself at the other end of a cable (LLDP)."""

    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False, on_delete=OnDelete.cascade)
    port = Varchar(length=120)
    chassis = Varchar(length=120)
    name = Varchar(length=200)
    remote_port = Varchar(length=200)
    seen_at = Timestamptz()

    port_neighbour_once = Unique(["device", "port", "chassis"])
