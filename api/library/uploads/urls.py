"""Addresses of uploads over JSON and tus."""

from api.kit.addresses import Address

uploads_api = Address("/api/v1/uploads")
upload_api = Address("/api/v1/uploads/{upload_id:uuid}")
