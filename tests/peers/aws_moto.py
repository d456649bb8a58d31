"""Sets a moto server up: a user with keys, a role, a place for results, and an answer
to the next queries. Prints "ID SECRET ARN".

    aws_moto.py URL    (started with INITIAL_NO_AUTH_ACTION_COUNT=3)
"""
import gzip
import json
import sys
import urllib.request

import boto3

url = sys.argv[1]


def client(service, key="x", secret="y"):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", aws_access_key_id=key,
                        aws_secret_access_key=secret)


def policy(action):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


iam = client("iam")
iam.create_user(UserName="reader")
key = iam.create_access_key(UserName="reader")["AccessKey"]
iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=policy("*"))
mine = key["AccessKeyId"], key["SecretAccessKey"]
iam = client("iam", *mine)
trust = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]})
role = iam.create_role(RoleName="archive", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
iam.put_role_policy(RoleName="archive", PolicyName="athena", PolicyDocument=policy("*"))
client("s3", *mine).create_bucket(Bucket="results")
client("secretsmanager", *mine).create_secret(
    Name="prod/redshift", SecretString=json.dumps({"username": "reader", "password": "canary-1"}))
client("redshift", *mine).create_cluster(ClusterIdentifier="c1", NodeType="ra3.large", MasterUsername="awsuser",
                                         MasterUserPassword="Canary-Master-1", NumberOfNodes=2)
s3 = client("s3", *mine)
s3.create_bucket(Bucket="files")
for i in range(1, 1003):
    s3.put_object(Bucket="files", Key=f"many/{i:04}", Body=b"")
s3.put_object(Bucket="files", Key="edi/a b/1+2 \u00e9&.txt", Body=b"one\ntwo\n")
s3.put_object(Bucket="files", Key="packed/1.gz", Body=gzip.compress(b"one\ntwo\n"))
answer = {"rows": [{"Data": [{"VarCharValue": "a"}, {"VarCharValue": "b"}]},
                   {"Data": [{"VarCharValue": "1"}, {}]}],
          "column_info": [{"CatalogName": "string", "SchemaName": "string", "TableName": "string",
                           "Name": n, "Label": n, "Type": "varchar", "Precision": 0, "Scale": 0,
                           "Nullable": "NOT_NULL", "CaseSensitive": True} for n in "ab"]}
body = json.dumps({"region": "us-east-1", "results": [answer] * 4}).encode()
urllib.request.urlopen(urllib.request.Request(url + "/moto-api/static/athena/query-results", body,
                                              {"Content-Type": "application/json"}))
print(*mine, role)
