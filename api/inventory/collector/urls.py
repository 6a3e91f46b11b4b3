"""Addresses of the collector."""

from api.kit.addresses import Address

collector = Address("/collector")
new_collector_key = Address("/collector/keys")
collector_file = Address("/collector/keys/{key_id:int}/labshare-collect.cmd")
end_collector_key = Address("/collector/keys/{key_id:int}/end")
upload_readings = Address("/collector/texts")
machine_readings = Address("/collector/readings")
void_reading = Address("/collector/readings/{reading_id:int}/take-back")
reading_offers = Address("/collector/offers")
fill_from_reading = Address("/assets/{tag:str}/collected")
