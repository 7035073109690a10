"""Uploads every case with alibabacloud-oss-v2. Its Uploader sends the callback, but hands on no answer."""

import json

import alibabacloud_oss_v2 as oss
import requests

from uploads import callback_of, cases, outcome_of_text, run, tell


def config_of(signature):
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        run["accessKeyId"], run["accessKeySecret"]
    )
    config.region = run["region"]
    config.endpoint = run["endpoint"]
    config.signature_version = signature
    config.use_path_style = True
    return config


def outcome(result):
    """The SDK raises nothing for a 203, and tells its code to nobody."""
    if result.status_code == 203:
        return {"status": 203, "raised": False}
    answer = result.callback_result
    return {"status": result.status_code, "answer": answer if isinstance(answer, dict) else json.loads(answer)}


def put(client, target, content):
    return outcome(client.put_object(oss.PutObjectRequest(**target, body=content)))


def multipart(client, target, content):
    place = {"bucket": target["bucket"], "key": target["key"]}
    upload_id = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**place)).upload_id
    part = client.upload_part(
        oss.UploadPartRequest(**place, upload_id=upload_id, part_number=1, body=content)
    )
    parts = oss.CompleteMultipartUpload(parts=[oss.UploadPart(part_number=1, etag=part.etag)])
    return outcome(
        client.complete_multipart_upload(
            oss.CompleteMultipartUploadRequest(**target, upload_id=upload_id, complete_multipart_upload=parts)
        )
    )


def presigned(client, target, content):
    signed = client.presign(oss.PutObjectRequest(**target))
    answer = requests.put(signed.url, headers=signed.signed_headers, data=content, timeout=60)
    return outcome_of_text(answer.status_code, answer.text)


if __name__ == "__main__":
    for signature in ["v1", "v4"]:
        client = oss.Client(config_of(signature))
        for case in cases:
            callback, callback_var = callback_of(case)
            for operation in [put, multipart, presigned]:
                key = f"oss-v2/{signature}/{operation.__name__}/{case['key']}"
                target = {"bucket": run["bucket"], "key": key, "callback": callback, "callback_var": callback_var}
                tell(operation.__name__, signature, case, key, operation(client, target, case["content"].encode()))
