"""Addresses of webhooks."""

from api.kit.addresses import Address

webhooks = Address("/webhooks")
new_webhook = Address("/webhooks/new")
webhook = Address("/webhooks/{webhook_id:int}")
delete_webhook = Address("/webhooks/{webhook_id:int}/delete")
renew_webhook_secret = Address("/webhooks/{webhook_id:int}/secret")
send_webhook_test = Address("/webhooks/{webhook_id:int}/test")
switch_webhook_on = Address("/webhooks/{webhook_id:int}/on")
switch_webhook_off = Address("/webhooks/{webhook_id:int}/off")
send_delivery_again = Address("/webhooks/{webhook_id:int}/deliveries/{delivery_id:int}/again")
