"""Every code that is stored has a word, and every word a code: a state never shows as a code."""

from enum import StrEnum
from typing import get_args

import pytest

from api.monitoring.alerts.words import RULE_NAMES, rule_words
from api.wording import field_words, words
from api.wording.counting import counted
from api.wording.entities import CODES, DOMAINS
from api.wording.language import LOCALES, language
from core.access import Role
from core.places import PlaceKind
from core.security_log import Kind as SecurityKind
from inventory.assets import Condition, LifecycleState
from inventory.assets.book_facts import CostBasis
from inventory.donors import DonorKind
from inventory.imports.shapes import ImportState, Verdict
from inventory.models import AssetKind
from inventory.repairs.views import Severity, Source, State
from inventory.serials import SerialTrust
from monitoring.alerting.alerts import AlertState
from monitoring.alerting.alerts.findings import AlertSeverity
from monitoring.decoding.readings import State as ReadingState
from monitoring.devices.views import DeviceState
from monitoring.discovery import Decision, Doubt, Key, Trust
from monitoring.discovery.scans import ScanState
from monitoring.notices.subscriptions import Digest
from monitoring.profiles.alert_messages import RULE_SENTENCES
from storage import vocabulary
from storage.entities import FACETS
from storage.resources import ResourceState, Visibility
from storage.uploads import UploadState


def codes(kind: type[StrEnum]) -> set[str]:
    return {str(code) for code in kind}


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("role", codes(Role)),
        ("place_kind", codes(PlaceKind)),
        ("lifecycle", codes(LifecycleState)),
        ("condition", codes(Condition)),
        ("asset_category", codes(AssetKind)),
        ("serial_trust", codes(SerialTrust)),
        ("donor_kind", codes(DonorKind)),
        ("import_state", codes(ImportState)),
        ("import_verdict", codes(Verdict)),
        ("reading_state", codes(ReadingState)),
        ("work_order_state", set(get_args(State))),
        ("work_order_source", set(get_args(Source))),
        ("severity", set(get_args(Severity))),
        ("device_state", codes(DeviceState)),
        ("scan_state", set(get_args(ScanState))),
        ("candidate_trust", codes(Trust)),
        ("candidate_decision", codes(Decision)),
        ("candidate_key", codes(Key)),
        ("candidate_doubt", codes(Doubt)),
        ("alert_state", set(get_args(AlertState))),
        ("resource_state", codes(ResourceState)),
        ("upload_state", codes(UploadState)),
        ("cost_basis", codes(CostBasis)),
        ("security_kind", codes(SecurityKind)),
        ("visibility", codes(Visibility)),
        ("alert_severity", set(get_args(AlertSeverity))),
        ("digest", set(get_args(Digest))),
    ],
)
def test_every_stored_code_has_a_word(kind: str, stored: set[str]) -> None:
    assert CODES[kind].keys() == stored


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "facet"), list(FACETS.items()))
def test_the_librarys_own_words_are_read_from_its_vocabulary(
    locale: str, kind: str, facet: str
) -> None:
    offered = dict(words.choices(language(locale), kind))
    assert offered.keys() == vocabulary.terms(facet).keys()
    assert all(offered.values())


def test_a_kind_of_code_is_declared_once() -> None:
    kinds = [kind for domain in DOMAINS for kind in domain.CODES]
    assert len(kinds) == len(set(kinds))
    assert not FACETS.keys() & set(kinds)


def test_a_code_without_a_word_reads_as_itself() -> None:
    assert words.word_of(language("zh_CN"), "lifecycle", "melted") == "melted"
    assert words.tone_of("lifecycle", "melted") == "idle"


def test_a_column_of_a_form_is_named_with_and_without_its_id() -> None:
    assert field_words.field_name(language("zh_CN"), "model_id") == "型号"
    assert field_words.is_named("serial_number")
    assert not field_words.is_named("colour")


@pytest.mark.parametrize(
    ("entity", "column", "kind"),
    [
        ("asset", "lifecycle", "lifecycle"),
        ("work_order", "state", "work_order_state"),
        ("resource", "state", "resource_state"),
        ("place", "kind", "place_kind"),
        ("asset", "note", None),
    ],
)
def test_a_history_knows_which_columns_hold_codes(
    entity: str, column: str, kind: str | None
) -> None:
    assert field_words.kind_of(entity, column) == kind


@pytest.mark.parametrize(
    ("category", "count", "chinese", "english"),
    [
        ("book", 1, "1 册", "1 book"),
        ("book", 1200, "1,200 册", "1,200 books"),
        ("robot_kit", 3, "3 套", "3 kits"),
        ("computer", 2, "2 台", "2 units"),
        ("part", 0, "0 件", "0 pieces"),
        ("other", 1, "1 件", "1 piece"),
    ],
)
def test_things_are_counted_with_the_measure_word_of_their_category(
    category: str, count: int, chinese: str, english: str
) -> None:
    assert counted(language("zh_CN"), category, count) == chinese
    assert counted(language("en"), category, count) == english


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_has_a_name_without_gaps(locale: str) -> None:
    assert RULE_NAMES.keys() == RULE_SENTENCES.keys()
    names = [rule_words(language(locale), rule) for rule in RULE_SENTENCES]
    assert not [name for name in names if "…" in name or "{" in name or "_" in name]
    assert len(set(names)) == len(names)
