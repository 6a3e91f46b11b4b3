"""Addresses of alerts."""

from api.kit.addresses import Address

alerts = Address("/alerts")
acknowledge_alerts = Address("/alerts/acknowledge")
alert = Address("/alerts/{alert_id:int}")
acknowledge_alert = Address("/alerts/{alert_id:int}/acknowledge")
clear_alert = Address("/alerts/{alert_id:int}/clear")
