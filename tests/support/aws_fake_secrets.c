/* Secrets Manager, and who issues credentials of Redshift. */
#include "tests/support/aws_fake_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Secrets Manager ------------------------------------------------------------------- */

void aws_fake_put_secret(struct aws_fake *f, const char *name, const char *string, const char *binary)
{
	size_t i = 0;

	pthread_mutex_lock(&f->http.lock);
	while (i < f->nsecrets && strcmp(f->secrets[i].name, name) != 0)
		i++;
	if (i == SECRETS)
		abort();
	if (i == f->nsecrets)
		f->nsecrets++;
	snprintf(f->secrets[i].name, sizeof(f->secrets[i].name), "%s", name);
	free(f->secrets[i].string);
	free(f->secrets[i].binary);
	f->secrets[i].string = string ? strdup(string) : NULL;
	f->secrets[i].binary = binary ? strdup(binary) : NULL;
	pthread_mutex_unlock(&f->http.lock);
}

static const char *member(json_t *doc, const char *name)
{
	const char *s = json_string_value(json_object_get(doc, name));

	return s ? s : "";
}

/* By its name, or by an ARN that ends with it and six characters more. */
static bool is_called(const char *id, const char *name)
{
	const char *secret = strstr(id, ":secret:");
	size_t len = strlen(name);

	if (strcmp(id, name) == 0)
		return true;
	return secret && strncmp(secret + 8, name, len) == 0 && strlen(secret + 8) == len + 7;
}

void aws_secretsmanager(struct aws_fake *f, const char *operation, json_t *doc, bool loop,
			struct aws_reply *r)
{
	const char *id = member(doc, "SecretId");
	size_t i = 0;

	(void)loop;
	while (i < f->nsecrets && !is_called(id, f->secrets[i].name))
		i++;
	if (strcmp(operation, "GetSecretValue") != 0 || json_object_size(doc) != 1)
		aws_say_fault(r, 400, "InvalidParameterException", "a parameter is not known");
	else if (i == f->nsecrets)
		aws_say_fault(r, 400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
	else if (!f->secrets[i].string && !f->secrets[i].binary)
		aws_say_fault(r, 400, "InvalidRequestException", "You can't perform this operation on the secret "
			      "because it was marked for deletion.");
	else
		aws_say_document(r, json_pack("{s:s,s:s,s:s,s:s?,s:s?,s:[s],s:f}", "ARN", id, "Name", f->secrets[i].name,
			"VersionId", "a1b2c3d4-0000-4000-8000-000000000000", "SecretString", f->secrets[i].string,
			"SecretBinary", f->secrets[i].binary, "VersionStages", "AWSCURRENT", "CreatedDate", 1.7e9));
}

/* ---- Redshift ---------------------------------------------------------------------------- */

struct issued_login {
	char user[80], password[40];
	time_t until;
};

static struct issued_login issue(struct aws_fake *f, const char *prefix, const char *user)
{
	unsigned seconds = f->options.key_seconds ? f->options.key_seconds : 900;
	struct issued_login l = { .until = aws_now(f) + seconds };

	snprintf(l.user, sizeof(l.user), "%s:%.60s", prefix, user);
	snprintf(l.password, sizeof(l.password), "canary-redshift-%zu", ++f->nissued);
	if (f->options.issue) {
		pthread_mutex_unlock(&f->http.lock);
		f->options.issue(f->options.ctx, l.user, l.password, seconds);
		pthread_mutex_lock(&f->http.lock);
	}
	return l;
}

static bool form_has(const char *body, const char *name, const char *value)
{
	char pair[100];

	snprintf(pair, sizeof(pair), "&%s=%s", name, value);
	body = strstr(body, pair);
	return body && (body[strlen(pair)] == '&' || body[strlen(pair)] == '\0');
}

static void form_value(const char *body, const char *name, char out[static 64])
{
	char pair[40];
	const char *at;

	snprintf(pair, sizeof(pair), "&%s=", name);
	at = strstr(body, pair);
	snprintf(out, 64, "%.*s", at ? (int)strcspn(at + strlen(pair), "&") : 0, at ? at + strlen(pair) : "");
}

/* Refuses what a reader has no business with: users that would be made, groups. */
void aws_redshift(struct aws_fake *f, const char *body, const char *action, struct aws_reply *r)
{
	bool with_iam = strcmp(action, "GetClusterCredentialsWithIAM") == 0;
	struct issued_login l;
	char user[64], until[32];
	struct tm tm;

	form_value(body, "DbUser", user);
	if (!form_has(body, "Version", "2012-12-01") || strstr(body, "AutoCreate") || strstr(body, "DbGroups") ||
	    (*user != '\0') == with_iam) {
		aws_say_xml_fault(r, 400, "ValidationError", "a member is missing, or one too many");
		return;
	}
	if (!form_has(body, "ClusterIdentifier", "c1")) {
		aws_say_xml_fault(r, 404, "ClusterNotFound", "Cluster c2 not found.");
		return;
	}
	l = issue(f, with_iam ? "IAMR" : "IAM", with_iam ? "worker" : user);
	gmtime_r(&l.until, &tm);
	strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%S.123Z", &tm);
	aws_say(r, 200, "text/xml", "<%sResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\">\n  <%sResult>"
		"\n    <Expiration>%s</Expiration>\n    <DbUser>%s</DbUser>\n    <DbPassword>%s</DbPassword>\n  </%sResult>"
		"\n  <ResponseMetadata><RequestId>1-2-3</RequestId></ResponseMetadata>\n</%sResponse>", action,
		action, until, l.user, l.password, action, action);
}

void aws_redshift_serverless(struct aws_fake *f, const char *operation, json_t *doc, bool loop,
			     struct aws_reply *r)
{
	struct issued_login l;

	(void)loop;
	if (strcmp(operation, "GetCredentials") != 0) {
		aws_say_fault(r, 400, "ValidationException", "no such operation here");
		return;
	}
	if (strcmp(member(doc, "workgroupName"), "reports") != 0) {
		aws_say_fault(r, 400, "ResourceNotFoundException", "The workgroup does not exist.");
		return;
	}
	l = issue(f, "IAMR", "serverless");
	/* As the real one writes its times. */
	aws_say(r, 200, AWS_JSON, "{\"dbPassword\":\"%s\",\"dbUser\":\"%s\",\"expiration\":%.12E,"
		"\"nextRefreshTime\":%.12E}", l.password, l.user, (double)l.until, (double)l.until);
}
