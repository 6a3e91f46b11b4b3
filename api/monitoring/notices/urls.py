"""Addresses of mail about alerts."""

from api.kit.addresses import Address

alert_mail = Address("/alerts/mail")
subscription = Address("/alerts/mail/{school_id:int}")
end_subscription = Address("/alerts/mail/{school_id:int}/remove")
escalation = Address("/alerts/escalation/{school_id:int}")
