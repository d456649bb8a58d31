"""simple-salesforce asks the stand-in, as it would ask Salesforce."""
import base64
import sys

import requests
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession, \
    SalesforceMalformedRequest
from simple_salesforce.login import token_login

port, ca = sys.argv[1:3]
session = requests.Session()
session.verify = ca
session.trust_env = False
url = f"https://localhost:{port}/services/oauth2/token"


def log_in(secret, grant=None):
    pair = base64.b64encode(f"3MVG9example:{secret}".encode()).decode()
    return token_login(url, grant or {"grant_type": "client_credentials"}, "login", "3MVG9example",
                       {"Authorization": f"Basic {pair}"}, None, session)


def by_password(password):
    return log_in("canary7f3a", {"grant_type": "password", "username": "ada@example.com", "password": password})


def fails(kind, code, ask):
    try:
        ask()
    except kind as e:
        assert code in str(e), e
        return
    raise AssertionError(f"not refused: {code}")


token, instance = log_in("canary7f3a")
assert instance == f"localhost:{port}", instance
fails(SalesforceAuthenticationFailed, "invalid_client", lambda: log_in("wrong"))
fails(SalesforceAuthenticationFailed, "invalid_grant", lambda: by_password("canary8b"))
token, instance = by_password("canary8b" + "5ecT0ken")

sf = Salesforce(instance=instance, session_id=token, session=session, version="68.0")
soql = "SELECT CaseNumber, Account.Name FROM Case WHERE Load_ID__c = {} ORDER BY CreatedDate DESC"
numbers = [r["CaseNumber"] for r in sf.query_all_iter(format_soql(soql, "726100801"))]
assert numbers == ["00800004", "00800003", "00800002", "00800001"], numbers
found = sf.query_all(format_soql(soql, "it's \\ O'Hara"))
assert found["totalSize"] == 1 and found["records"][0]["Account"]["Name"] == "Norbrook Foods", found
assert sf.api_usage["api-usage"].used == 18, sf.api_usage
assert sf.limits()["DailyApiRequests"]["Max"] == 5000
fails(SalesforceMalformedRequest, "MALFORMED_QUERY", lambda: sf.query("SELECT FROM Case"))
fails(SalesforceMalformedRequest, "INVALID_FIELD", lambda: sf.query("SELECT Nothing__c FROM Case"))
stale = Salesforce(instance=instance, session_id="00D!old", session=session, version="68.0")
fails(SalesforceExpiredSession, "INVALID_SESSION_ID", lambda: stale.query("SELECT Id FROM Case"))
print("simple-salesforce takes the stand-in for Salesforce")
