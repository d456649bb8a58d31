"""Random requests, signed by botocore and by our signer: each signature must be equal.

    aws_sign.py PROGRAM [COUNT]
"""
import json
import random
import subprocess
import sys
import urllib.parse

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

random.seed(7)
TIME, STAMP = 1440938160, "20150830T123600Z"
ODD = "abzAZ09-._~ /%:+*!'()@,;=&?#[]\u00e9\u20ac\U0001f600"


def word(chars, most):
    return "".join(random.choice(chars) for _ in range(random.randint(0, most)))


def escaped(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def make():
    s3 = random.random() < 0.4
    parts = [escaped(word(ODD.replace("/", ""), 8)) for _ in range(random.randint(0, 4))]
    # Of empty and dotted segments the two peers of AWS think differently only in S3's favour.
    path = "/" + "/".join(p for p in parts if p not in ("", ".", ".."))
    query = "&".join(sorted(escaped(word(ODD, 5)) + "=" + escaped(word(ODD, 6))
                            for _ in range(random.randint(0, 4))))
    body = word(ODD + "\n", 40)
    headers = [["Content-Type", "application/x-amz-json-1.1"],
               ["X-Amz-Target", "AmazonAthena." + word("abc", 5)],
               ["X-Amz-Meta", word("ab  c", 12)], ["X-Amz-Meta-B", word("ab c", 6) or "x"]]
    random.shuffle(headers)
    return {"method": random.choice(["GET", "POST", "PUT", "DELETE"]), "path": path, "query": query,
            "headers": [["Host", "example.amazonaws.com"]] + headers, "body": body,
            "region": random.choice(["us-east-1", "eu-central-1"]), "service": "s3" if s3 else "athena",
            "s3": s3, "time": TIME, "id": "AKIDEXAMPLE", "secret": word("abc/+", 40) or "x",
            "token": word("abc/+=", 90)}


def expected(r):
    who = Credentials(r["id"], r["secret"], r["token"] or None)
    url = "https://example.amazonaws.com" + r["path"] + ("?" + r["query"] if r["query"] else "")
    request = AWSRequest(method=r["method"], url=url, data=r["body"].encode())
    for name, value in r["headers"]:
        request.headers[name] = value
    request.headers["X-Amz-Date"] = STAMP
    if r["token"]:
        request.headers["X-Amz-Security-Token"] = r["token"]
    request.context["timestamp"] = STAMP
    auth = (S3SigV4Auth if r["s3"] else SigV4Auth)(who, r["service"], r["region"])
    if r["s3"]:
        request.context["client_config"] = None
        request.headers["X-Amz-Content-SHA256"] = auth.payload(request)
    canonical = auth.canonical_request(request)
    return auth.signature(auth.string_to_sign(request, canonical), request), canonical


def main():
    requests = [make() for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 500)]
    lines = subprocess.run([sys.argv[1], "sign"], input="".join(json.dumps(r) + "\n" for r in requests),
                           capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(requests), "not every request was signed"
    for r, line in zip(requests, lines):
        want, canonical = expected(r)
        if not line.endswith("Signature=" + want):
            sys.exit("differs: %s\n%s\n%s" % (json.dumps(r), line, canonical))
    print("%d signatures equal botocore's" % len(requests))


main()
