"""Addresses of labels, and what a phone opens when it reads one."""

from api.kit.addresses import Address

labels = Address("/labels")
label_sheet = Address("/labels/sheet")
label_batches = Address("/labels/batches")
label_batch = Address("/labels/batches/{batch:uuid}")
scan = Address("/t/{code:str}")
claim_label = Address("/t/{code:str}/claim")
