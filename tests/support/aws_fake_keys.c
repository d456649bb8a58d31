/* Where keys come from: STS, a container's agent, a machine's metadata. */
#include "tests/support/aws_fake_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct aws_key *new_key(struct aws_fake *f, const char *kind)
{
	struct aws_key *k = &f->keys[f->nkeys++];
	unsigned seconds = f->options.key_seconds ? f->options.key_seconds : 3600;

	if (f->nkeys == AWS_KEYS)
		abort();
	snprintf(k->id, sizeof(k->id), "ASIAFAKE%s%04zu", kind, f->nkeys);
	snprintf(k->secret, sizeof(k->secret), "canary-temporary-secret/%zu+x", f->nkeys);
	snprintf(k->token, sizeof(k->token), "canary-session-token//%zu==", f->nkeys);
	k->until = aws_now(f) + seconds;
	return k;
}

static void iso(char out[static 32], time_t t)
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void say_key_json(struct aws_fake *f, const char *kind, struct aws_reply *r)
{
	const struct aws_key *k = new_key(f, kind);
	char until[32];

	iso(until, k->until);
	aws_say(r, 200, "application/json", "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"%s\","
	    "\"SecretAccessKey\":\"%s\",\"Token\":\"%s\",\"Expiration\":\"%s\"}", k->id, k->secret, k->token,
	    until);
}

void aws_sts(struct aws_fake *f, const char *body, const char *action, struct aws_reply *r)
{
	const struct aws_key *k;
	char until[32];

	if (!strstr(body, "Version=2011-06-15") || !strstr(body, "RoleSessionName=")) {
		aws_say_xml_fault(r, 400, "ValidationError", "a member is missing");
		return;
	}
	if (!strstr(body, "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader")) {
		aws_say_xml_fault(r, 403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to "
			      "perform: sts:AssumeRole");
		return;
	}
	if ((strstr(body, "role%2Freader-strict") &&
	     (!strstr(body, "&ExternalId=ext-7") || !strstr(body, "&RoleSessionName=desk&"))) ||
	    (strstr(body, "role%2Freader-short") && !strstr(body, "&DurationSeconds=900&"))) {
		aws_say_xml_fault(r, 403, "AccessDenied", "the trust policy does not allow it so");
		return;
	}
	k = new_key(f, "ROLE");
	iso(until, k->until);
	aws_say(r, 200, "text/xml", "<?xml version=\"1.0\"?>\n<%sResponse xmlns=\"https://sts.amazonaws.com/doc/"
	    "2011-06-15/\"><%sResult><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>"
	    "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"
	    "<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></%sResult>"
	    "<ResponseMetadata><RequestId>1-2-3</RequestId></ResponseMetadata></%sResponse>",
	    action, action, k->id, k->secret, k->token, until, action, action);
}

#define METADATA_TOKEN "canary-metadata-token"

void aws_near_by(struct aws_fake *f, const struct loopback_call *q, struct aws_reply *r)
{
	const char *roles = "/latest/meta-data/iam/security-credentials/";
	bool container = strcmp(q->path, "/container") == 0;
	struct aws_fault_plan x = aws_take_fault(f, container ? "container" : "metadata");

	if (strcmp(x.mode, "internal") == 0 || strcmp(x.mode, "throttle") == 0) {
		aws_count(f, container ? "container" : "metadata");
		aws_say(r, *x.mode == 'i' ? 500 : 429, "text/plain", "later");
		return;
	}
	if (container) {
		aws_count(f, "container");
		if (strcmp(loopback_header(q, "Authorization"), AWS_FAKE_CONTAINER_TOKEN) != 0)
			aws_say(r, 401, "text/plain", "no");
		else
			say_key_json(f, "CONT", r);
	} else if (strcmp(q->path, "/latest/api/token") == 0 && strcmp(q->method, "PUT") == 0) {
		aws_count(f, "metadata");
		if (!*loopback_header(q, "X-aws-ec2-metadata-token-ttl-seconds"))
			aws_say(r, 400, "text/plain", "no");
		else
			aws_say(r, 200, "text/plain", METADATA_TOKEN);
	} else if (strcmp(loopback_header(q, "X-aws-ec2-metadata-token"), METADATA_TOKEN) != 0) {
		aws_say(r, 401, "text/plain", "no");
	} else if (strcmp(q->path, roles) == 0) {
		aws_say(r, 200, "text/plain", "worker-role");
	} else if (strncmp(q->path, roles, strlen(roles)) == 0 &&
		   strcmp(q->path + strlen(roles), "worker-role") == 0) {
		say_key_json(f, "INST", r);
	} else {
		aws_say(r, 404, "text/plain", "no");
	}
}
