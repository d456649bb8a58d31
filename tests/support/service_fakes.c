#include "tests/support/service_fakes.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void service_reply(struct api_reply *r, unsigned status, json_t *body)
{
	free(r->body);
	r->status = status;
	r->body = json_dumps(body, JSON_COMPACT);
	json_decref(body);
}

const char *service_text(json_t *thing, const char *key)
{
	const char *s = json_string_value(json_object_get(thing, key));

	return s ? s : "";
}

long service_number(const char *text, long otherwise)
{
	return text && *text ? strtol(text, NULL, 10) : otherwise;
}

static bool basic_is(const struct service_fake *f, const struct loopback_call *c)
{
	const char *sent = api_header(c, "Authorization");
	char pair[256], want[512] = "Basic ";
	int n = snprintf(pair, sizeof(pair), "%s:%s", f->user, f->token);

	EVP_EncodeBlock((unsigned char *)want + strlen(want), (unsigned char *)pair, n);
	return sent && strcmp(sent, want) == 0;
}

bool service_atlassian(const struct service_fake *f, const struct loopback_call *c, const char *product,
		       struct api_reply *r, const char **path)
{
	char prefix[128] = "";
	size_t len;

	if (f->cloud_id)
		snprintf(prefix, sizeof(prefix), "/ex/%s/%s", product, f->cloud_id);
	len = strlen(prefix);
	*path = c->path + len;
	/* To the site a scoped token is no credential at all. */
	if (!basic_is(f, c) || strncmp(c->path, prefix, len) != 0) {
		service_reply(r, 401, json_pack("{s:i,s:s}", "code", 401, "message",
						"Unauthorized; scope does not match"));
		return false;
	}
	return true;
}
