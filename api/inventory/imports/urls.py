"""Addresses of imports."""

from api.kit.addresses import Address

imports = Address("/imports")
import_template = Address("/imports/template.csv")
import_job = Address("/imports/{job_id:uuid}")
apply_import = Address("/imports/{job_id:uuid}/apply")
discard_import = Address("/imports/{job_id:uuid}/discard")
