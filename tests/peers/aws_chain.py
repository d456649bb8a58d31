"""Random surroundings (variables, files, a container, a machine): who signs there must be the
same for botocore and for our search.

    aws_chain.py PROGRAM URL DIRECTORY [COUNT]    (URL: of tests/tools/aws_fake)
"""
import json
import os
import random
import subprocess
import sys

import botocore.exceptions
import botocore.session

program, url, place = sys.argv[1:4]
random.seed(11)
ROLE = "arn:aws:iam::123456789012:role/reader"
REAL = "AKIAFAKEFAKEFAKE0001", "canary/secret+7f3aQ"
NAMES = "default", "p", "q", "a b"
started = dict(os.environ)


def chance(n):
    return random.random() < n


def section(name, kind):
    """What one file says of a profile."""
    said = {"region": "us-east-1"}
    if chance(0.35):
        real = chance(0.5)
        said["aws_access_key_id"] = REAL[0] if real else f"AKID{kind}{name}".replace(" ", "")
        said["aws_secret_access_key"] = REAL[1] if real else "canary"
    if chance(0.15):
        said["aws_session_token"] = f"token-{kind}"
    if kind == "CREDENTIALS":
        return said
    if chance(0.45):
        said["role_arn"] = ROLE
    if chance(0.4):
        said["source_profile"] = random.choice(NAMES)
    if chance(0.2):
        said["credential_source"] = random.choice(["Environment", "EcsContainer", "Ec2InstanceMetadata", "Nobody"])
    if chance(0.2):
        said["web_identity_token_file"] = f"{place}/web"
    if chance(0.2):
        said["credential_process"] = f"cat {place}/process"
    if chance(0.2):
        said["duration_seconds"] = random.choice(["900", "7200", "long"])
    return said


def heading(name, kind):
    if kind == "CONFIG" and name != "default":
        return f"profile '{name}'" if " " in name else f"profile {name}"
    return name


def write(kind):
    path = f"{place}/{kind}"
    with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
        for name in NAMES:
            if chance(0.7):
                lines = [f"{k} = {v}" for k, v in section(name, kind).items()]
                f.write("\n".join([f"[{heading(name, kind)}]"] + lines) + "\n")
    return path


def surroundings():
    env = {k: v for k, v in started.items() if not k.startswith("AWS_")}
    env.update(HOME=place, AWS_DEFAULT_REGION="us-east-1", AWS_ENDPOINT_URL_STS=url, AWS_MAX_ATTEMPTS="1",
               AWS_EC2_METADATA_SERVICE_ENDPOINT=url, AWS_METADATA_SERVICE_TIMEOUT="5",
               AWS_EC2_METADATA_DISABLED=random.choice(["true", "false"]),
               AWS_CONFIG_FILE=write("CONFIG"), AWS_SHARED_CREDENTIALS_FILE=write("CREDENTIALS"))
    if chance(0.25):
        env.update(AWS_ACCESS_KEY_ID=REAL[0], AWS_SECRET_ACCESS_KEY=REAL[1])
        if chance(0.3):
            env["AWS_SESSION_TOKEN"] = "token-env"
    if chance(0.3):
        env["AWS_WEB_IDENTITY_TOKEN_FILE"] = f"{place}/web"
        if chance(0.7):
            env["AWS_ROLE_ARN"] = ROLE
    if chance(0.3):
        env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{url}/container"
        env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "canary-container-token"
    if chance(0.5):
        env["AWS_PROFILE"] = random.choice(NAMES + ("nosuch",))
    return env


def theirs(env, chosen):
    os.environ.clear()
    os.environ.update(env)
    try:
        session = botocore.session.Session(profile=chosen)
        found = session.get_credentials()
        frozen = found and found.get_frozen_credentials()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as e:
        return None, repr(e)
    if not frozen:
        return None, "nobody"
    return (frozen.access_key[:12], (frozen.token or "")[:8]), ""


def ours(env, chosen):
    words = [program, "chain", "sts_url", url] + (["profile", chosen] if chosen else [])
    run = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        return None, run.stdout.strip()
    key, token = run.stdout.rstrip("\n").split(" ", 1)
    return (key[:12], token[:8]), ""


with open(f"{place}/web", "w") as f:
    f.write("canary-web-identity-token")
with open(f"{place}/process", "w") as f:
    json.dump({"Version": 1, "AccessKeyId": "AKIDPROCESS1", "SecretAccessKey": "canary"}, f)
count, signed = int(sys.argv[4]) if len(sys.argv) > 4 else 300, 0
for i in range(count):
    env, chosen = surroundings(), random.choice(NAMES) if chance(0.3) else None
    (want, why), (got, reason) = theirs(env, chosen), ours(env, chosen)
    signed += want is not None
    if want != got:
        print(f"number {i}: botocore finds {want} {why}, ours {got} {reason}; profile {chosen}")
        print({k: v for k, v in env.items() if k.startswith("AWS_")})
        for name in "CREDENTIALS", "CONFIG":
            print(open(f"{place}/{name}").read())
        sys.exit(1)
print(f"{count} surroundings give whom botocore finds, {signed} of them somebody")
