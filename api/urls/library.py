"""Addresses of the library."""

from api.urls.building import with_query


def resources(**filters: object) -> str:
    return with_query("/library", **filters)


def resource(resource_id: object) -> str:
    return f"/library/{resource_id}"


def resource_step(resource_id: object, step: str) -> str:
    """``step`` as in the address: edit, revisions, publish, submit, take-back, withdraw."""
    return f"/library/{resource_id}/{step}"


def new_resource(**filters: object) -> str:
    return with_query("/library/new", **filters)


def my_uploads() -> str:
    return "/library/uploads"


def damaged_files() -> str:
    return "/library/damaged"


def stop_upload(upload_id: object) -> str:
    return f"/library/uploads/{upload_id}/stop"


def uploads_api() -> str:
    return "/api/v1/uploads"


def upload_api(upload_id: object) -> str:
    return f"/api/v1/uploads/{upload_id}"


def download(resource_id: object, revision_id: object = None) -> str:
    return with_query(f"/api/v1/resources/{resource_id}/download", revision_id=revision_id)


def watch(resource_id: object) -> str:
    """The file itself for a player on our page: not a download, and not counted as one."""
    return f"/api/v1/resources/{resource_id}/content"


def picture(revision_id: object, kind: str, page: int = 1) -> str:
    return f"/api/v1/revisions/{revision_id}/pictures/{kind}/{page}"
