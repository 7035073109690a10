"""Uploads every case with the asynchronous client of alibabacloud-oss-v2, all at once."""

import asyncio

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as oss_aio

from uploads import callback_of, cases, run, tell
from with_oss_v2 import config_of, outcome


async def put(client, target, content):
    return outcome(await client.put_object(oss.PutObjectRequest(**target, body=content)))


async def multipart(client, target, content):
    place = {"bucket": target["bucket"], "key": target["key"]}
    upload = await client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**place))
    part = await client.upload_part(
        oss.UploadPartRequest(**place, upload_id=upload.upload_id, part_number=1, body=content)
    )
    parts = oss.CompleteMultipartUpload(parts=[oss.UploadPart(part_number=1, etag=part.etag)])
    request = oss.CompleteMultipartUploadRequest(
        **target, upload_id=upload.upload_id, complete_multipart_upload=parts
    )
    return outcome(await client.complete_multipart_upload(request))


async def upload_all(signature):
    async with oss_aio.AsyncClient(config_of(signature)) as client:

        async def upload(operation, case):
            callback, callback_var = callback_of(case)
            key = f"oss-v2-async/{signature}/{operation.__name__}/{case['key']}"
            target = {"bucket": run["bucket"], "key": key, "callback": callback, "callback_var": callback_var}
            tell(operation.__name__, signature, case, key, await operation(client, target, case["content"].encode()))

        await asyncio.gather(*(upload(operation, case) for operation in [put, multipart] for case in cases))


async def main():
    for signature in ["v1", "v4"]:
        await upload_all(signature)


asyncio.run(main())
