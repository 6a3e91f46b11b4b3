"""Requests to a store's one bucket, signed with keys that may be wrong."""

from io import BytesIO

import urllib3
from minio import Minio
from minio.error import S3Error

from core.settings import S3Settings
from labshare.engines.object_store import BUCKET
from storage.objects import readiness


def client(endpoint: str, access_key: str, secret_key: str) -> Minio:
    return readiness.client(S3Settings(endpoint, access_key, secret_key))


def put(s3: Minio, key: str, content: bytes) -> None:
    s3.put_object(bucket_name=BUCKET, object_name=key, data=BytesIO(content), length=len(content))


def status(s3: Minio, key: str) -> int:
    """What the store answers to whoever asks for the object; OSError if nobody does."""
    try:
        with s3.get_object(bucket_name=BUCKET, object_name=key) as response:
            response.read()
            return int(response.status)
    except S3Error as error:
        return int(error.response.status)
    except urllib3.exceptions.HTTPError as error:
        raise ConnectionError(str(error)) from error
