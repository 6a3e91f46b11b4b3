"""Addresses of imports."""

from api.kit.addresses import Address

imports = Address("/imports")
import_template = Address("/imports/template.csv")
import_job = Address("/imports/{job_id:uuid}")
import_columns = Address("/imports/{job_id:uuid}/columns")
import_answers = Address("/imports/{job_id:uuid}/answers")
import_row = Address("/imports/{job_id:uuid}/rows/{line:int}")
apply_import = Address("/imports/{job_id:uuid}/apply")
undo_import = Address("/imports/{job_id:uuid}/undo")
import_slips = Address("/imports/{job_id:uuid}/slips")
discard_import = Address("/imports/{job_id:uuid}/discard")
