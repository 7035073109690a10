"""Uploads every case with oss2."""

import os

import oss2
import requests

from uploads import callback_of, cases, form_fields, outcome_of_text, run, tell


def bucket_of(signature):
    keys = run["accessKeyId"], run["accessKeySecret"]
    auth = oss2.AuthV4(*keys) if signature == "v4" else oss2.Auth(*keys)
    return oss2.Bucket(auth, run["endpoint"], run["bucket"], region=run["region"], is_path_style=True)


def outcome(result):
    return outcome_of_text(result.status, result.resp.read().decode())


def put(bucket, key, case, headers):
    return outcome(bucket.put_object(key, case["content"].encode(), headers=headers))


def multipart(bucket, key, case, headers):
    upload_id = bucket.init_multipart_upload(key).upload_id
    part = bucket.upload_part(key, upload_id, 1, case["content"].encode())
    parts = [oss2.models.PartInfo(1, part.etag)]
    return outcome(bucket.complete_multipart_upload(key, upload_id, parts, headers=headers))


def resumable(bucket, key, case, headers):
    path = os.path.join(run["folder"], "oss2.txt")
    with open(path, "wb") as file:
        file.write(case["content"].encode())
    # Above multipart_threshold oss2 completes without the callback.
    return outcome(oss2.resumable_upload(bucket, key, path, headers=headers, multipart_threshold=1024 * 1024))


def presigned(bucket, key, case, headers):
    url = bucket.sign_url("PUT", key, 600, headers=headers, slash_safe=True)
    return outcome(bucket.put_object_with_url(url, case["content"].encode(), headers=headers))


def form(signature, key, case):
    files = {"file": ("content.txt", case["content"].encode())}
    answer = requests.post(
        f"{run['endpoint']}/{run['bucket']}/", data=form_fields(signature, key, case), files=files, timeout=60
    )
    return outcome_of_text(answer.status_code, answer.text)


for signature in ["v1", "v4"]:
    bucket = bucket_of(signature)
    for case in cases:
        callback, variables = callback_of(case)
        headers = {"x-oss-callback": callback, "x-oss-callback-var": variables}
        for operation in [put, multipart, resumable, presigned]:
            key = f"oss2/{signature}/{operation.__name__}/{case['key']}"
            tell(operation.__name__, signature, case, key, operation(bucket, key, case, dict(headers)))
        key = f"oss2/{signature}/form/{case['key']}"
        tell("form", signature, case, key, form(signature, key, case))
