"""Power-on hours of machines without a network, read by a file on a stick (docs/collector.md).

The file reads what the machine says of itself into a text and signs it; somebody uploads the texts.
"""

from inventory.collector.filling import (
    AssetOffers,
    ChosenAssets,
    Filled,
    Offer,
    Offered,
    fill_in,
    fill_in_all,
    find_offers,
    list_offers,
)
from inventory.collector.judging import LikelyAsset, TextState, TextVerdict
from inventory.collector.keys import (
    PURPOSE,
    CollectorKey,
    KeyFilters,
    NewKey,
    create_key,
    encrypt_anew,
    get_file,
    get_key,
    list_keys,
    revoke_key,
)
from inventory.collector.reading import (
    MachineReading,
    MachineUse,
    ReadingFilters,
    find_use,
    get_reading,
    list_readings,
    void_reading,
)
from inventory.collector.receiving import NewTexts, Received, check_texts, receive_texts

__all__ = [
    "PURPOSE",
    "AssetOffers",
    "ChosenAssets",
    "CollectorKey",
    "Filled",
    "KeyFilters",
    "LikelyAsset",
    "MachineReading",
    "MachineUse",
    "NewKey",
    "NewTexts",
    "Offer",
    "Offered",
    "ReadingFilters",
    "Received",
    "TextState",
    "TextVerdict",
    "check_texts",
    "create_key",
    "encrypt_anew",
    "fill_in",
    "fill_in_all",
    "find_offers",
    "find_use",
    "get_file",
    "get_key",
    "get_reading",
    "list_keys",
    "list_offers",
    "list_readings",
    "receive_texts",
    "revoke_key",
    "void_reading",
]
