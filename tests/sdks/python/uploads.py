"""What the programs of all three Python SDKs share: reading the run, its cases, telling of an upload."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import re

with open(os.environ["SDK_RUN"], encoding="utf-8") as file:
    run = json.load(file)

cases = run["cases"] + [run["failingCase"]]


def encode(value):
    """Base64 in one line, of JSON or of a text."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.b64encode(text.encode()).decode()


def callback_of(case):
    """`x-oss-callback` and `x-oss-callback-var` of a case."""
    url = run["failingCallbackUrl"] if case is run["failingCase"] else run["callbackUrl"]
    callback = {
        "callbackUrl": url,
        "callbackBody": run["callbackBody"],
        "callbackBodyType": "application/x-www-form-urlencoded",
    }
    return encode(callback), encode(case["vars"])


def tell(operation, signature, case, key, outcome):
    """Prints one upload. `outcome`: status and answer, and for a 203 whether it was raised and its code."""
    print(
        json.dumps({"operation": operation, "signature": signature, "case": case["name"], "key": key, **outcome}),
        flush=True,
    )


def outcome_of_text(status, text):
    """Where the SDK raises nothing and gives the body as text."""
    if status != 203:
        return {"status": status, "answer": text}
    code = re.search("<Code>(.*)</Code>", text)
    return {"status": 203, "raised": False, "code": code.group(1) if code else None}


def form_fields(signature, key, case):
    """The fields of a signed form, without the file: no Python SDK makes them."""
    callback, _ = callback_of(case)
    now = datetime.datetime.now(datetime.timezone.utc)
    date = now.strftime("%Y%m%dT%H%M%SZ")
    scope = [date[:8], run["region"], "oss", "aliyun_v4_request"]
    fields = {}
    if signature == "v4":
        fields = {
            "x-oss-signature-version": "OSS4-HMAC-SHA256",
            "x-oss-credential": "/".join([run["accessKeyId"], *scope]),
            "x-oss-date": date,
        }
    expiration = (now + datetime.timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    conditions = [{"bucket": run["bucket"]}, *({name: value} for name, value in fields.items())]
    policy = encode({"expiration": expiration, "conditions": conditions})
    secret = run["accessKeySecret"]
    if signature == "v4":
        signing_key = ("aliyun_v4" + secret).encode()
        for word in scope:
            signing_key = hmac.new(signing_key, word.encode(), hashlib.sha256).digest()
        fields["x-oss-signature"] = hmac.new(signing_key, policy.encode(), hashlib.sha256).hexdigest()
    else:
        fields["OSSAccessKeyId"] = run["accessKeyId"]
        fields["Signature"] = base64.b64encode(
            hmac.new(secret.encode(), policy.encode(), hashlib.sha1).digest()
        ).decode()
    return {"key": key, "policy": policy, **fields, "callback": callback, **case["vars"]}
