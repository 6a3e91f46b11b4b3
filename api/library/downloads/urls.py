"""Addresses of files and their pictures."""

from api.kit.addresses import Address

download = Address("/api/v1/resources/{resource_id:uuid}/download")
# The file itself for a player on our page: not a download, and not counted as one.
watch = Address("/api/v1/resources/{resource_id:uuid}/content")
picture = Address("/api/v1/revisions/{revision_id:uuid}/pictures/{kind:str}/{page:int}")
