"""Whether a store takes objects yet: asked by whoever starts one, without a loop or a pool."""

from io import BytesIO

import urllib3
from minio import Minio
from minio.error import S3Error

from core.settings import S3Settings
from storage.objects.connection import TRANSIENT, client_for, make_bucket

ANSWER_SECONDS = 10.0
PROBE, CONTENT = ".ready", b"ready"


def client(settings: S3Settings) -> Minio:
    """One that tries nothing twice: its callers ask again themselves."""
    http = urllib3.PoolManager(timeout=ANSWER_SECONDS, retries=False)
    return client_for(settings, settings.endpoint, http)


def takes_objects(settings: S3Settings) -> bool:
    """Whether an object can be written and removed now; makes the bucket on the way."""
    s3 = client(settings)
    try:
        make_bucket(s3, settings.bucket)
        s3.put_object(
            bucket_name=settings.bucket,
            object_name=PROBE,
            data=BytesIO(CONTENT),
            length=len(CONTENT),
        )
        s3.remove_object(bucket_name=settings.bucket, object_name=PROBE)
    except (S3Error, *TRANSIENT):
        return False
    return True
