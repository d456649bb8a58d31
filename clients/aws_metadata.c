#include "clients/aws_metadata.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/jsontext.h"

enum { ANSWER_MAX = 64 << 10, TRIES = 2, TOKEN_MAX = 8 << 10 };

/* ---- the document ------------------------------------------------------------------ */

/* What a machine says when it has a role and no credentials of it; and whether they are
 * written as we know it. */
static bool is_success(json_t *root, struct err *e)
{
	struct cell code = jsontext_scalar(json_object_get(root, "Code"));
	struct cell words = jsontext_scalar(json_object_get(root, "Message"));
	struct cell version = jsontext_scalar(json_object_get(root, "Version"));

	if (!cell_is_null(code) && !cell_is(code, "Success"))
		return err_set(e, ERR_AUTH, 0, "%.60s: %.120s", code.data, words.data ? words.data : "");
	return cell_is_null(version) || cell_is(version, "1") ||
	       err_set(e, ERR_DECODE, 0, "they are of version %.20s, not 1", version.data);
}

static bool take_document(json_t *root, struct aws_identity *out, struct err *e)
{
	struct cell token = jsontext_scalar(json_object_get(root, "Token"));
	struct cell until = jsontext_scalar(json_object_get(root, "Expiration"));

	if (cell_is_null(token))
		token = jsontext_scalar(json_object_get(root, "SessionToken"));
	out->expires = TIME_NONE;
	if (!cell_is_null(until) && !time_parse(until.data, until.len, &out->expires))
		return err_set(e, ERR_DECODE, 0, "their Expiration cannot be read");
	return aws_identity_set(out, jsontext_scalar(json_object_get(root, "AccessKeyId")),
				jsontext_scalar(json_object_get(root, "SecretAccessKey")), token, e);
}

/* The tree is jansson's memory: no secret is wiped there. */
bool aws_json_identity(const char *text, size_t len, struct aws_identity *out, struct err *e)
{
	json_t *root = jsontext_read(text, len, e);
	bool ok = root && (json_is_object(root) || err_set(e, ERR_DECODE, 0, "they are no JSON object"));

	ok = ok && is_success(root, e) && take_document(root, out, e);
	json_decref(root);
	return ok;
}

/* ---- one question ------------------------------------------------------------------ */

/* A place of its own, with no proxy and little patience. */
struct nearby {
	struct source source;
	struct setting patience;
	struct http *http;
	char url[AWS_URL_MAX];
};

struct question {
	const char *method, *path;
	const char *header;        /* NULL = none */
	struct http_response response;
	struct buf answer;
};

static bool nearby_init(struct nearby *n, const struct source *s, const char *url, struct err *e)
{
	static char key[] = "connect_timeout", second[] = "1", built_in[] = "built-in";
	struct base_url u;
	const char *wrong = base_url_parse(url, &u);

	*n = (struct nearby){ .patience = { key, second, built_in } };
	if (wrong || strlen(url) >= sizeof(n->url) ||
	    !base_url_origin(&u, n->source.origin, sizeof(n->source.origin)))
		return err_set(e, ERR_CONFIG, 0, "%s: the endpoint of the machine's credentials: %s",
			       s->name, wrong ? wrong : "the url is too long");
	snprintf(n->url, sizeof(n->url), "%s", url);
	memcpy(n->source.name, s->name, sizeof(n->source.name));
	n->source.settings = &n->patience;
	n->source.nsettings = 1;
	n->http = http_new(&n->source, e);
	return n->http != NULL;
}

static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct question *q = ctx;

	(void)r;
	return buf_put(&q->answer, data, len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static bool ask(struct nearby *n, struct question *q, usec deadline, struct cancel *cancel,
		struct err *e)
{
	const char *headers[] = { q->header, NULL };
	struct buf url = BUF_INIT;
	struct http_request request = {
		.method = q->method, .headers = headers, .deadline = deadline,
		.first_byte = 5 * USEC_SEC, .max_bytes = ANSWER_MAX,
	};
	bool ok;

	buf_printf(&url, "%s%s", n->url, q->path);
	request.url = buf_str(&url);
	aws_wipe(&q->answer);
	ok = http_exchange(n->http, &request, cancel, on_body, q, &q->response, e);
	buf_release(&url);
	return ok;
}

static bool read_answer(const struct question *q, const char *who, const struct source *s,
			struct aws_identity *out, struct err *e)
{
	struct err why = { 0 };

	if (q->response.status == 429 || q->response.status >= 500)
		return err_transient(e, ERR_REMOTE, q->response.status, "%s: %s gave HTTP %ld for credentials",
				     s->name, who, q->response.status);
	if (q->response.status != 200)
		return err_set(e, ERR_AUTH, q->response.status, "%s: %s gave HTTP %ld for credentials",
			       s->name, who, q->response.status);
	return aws_json_identity(buf_str(&q->answer), q->answer.len, out, &why) ||
	       err_set(e, why.kind, 0, "%s: the credentials of %s: %s", s->name, who, why.text);
}

/* ---- containers -------------------------------------------------------------------- */

/* A token goes out in the clear: only to this machine or to what AWS has there. */
static bool may_have_token(const char *url)
{
	static const char *const theirs[] = {
		"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
	};
	struct base_url u;

	if (base_url_parse(url, &u))
		return false;
	if (u.tls || host_is_loopback(u.host))
		return true;
	for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		if (strcmp(theirs[i], u.host) == 0)
			return true;
	}
	return false;
}

/* Renewed by others: read each time. Kubernetes hands it out behind symbolic links. */
static bool read_token(char *out, const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(out, 1, TOKEN_MAX - 1, f) : 0;

	if (f)
		fclose(f);
	out[len] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return len > 0 || err_set(e, ERR_CONFIG, 0, "the token file cannot be read: %s", path);
}

static bool container_header(struct buf *out, struct err *e)
{
	const char *path = secret_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = secret_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	char text[TOKEN_MAX];
	bool ok = true;

	if (path && *path) {
		ok = read_token(text, path, e);
		token = text;
	}
	if (ok && token && *token)
		buf_printf(out, "Authorization: %.*s", (int)strcspn(token, "\r\n"), token);
	explicit_bzero(text, sizeof(text));
	return ok;
}

static bool container_url(char out[static AWS_URL_MAX], const struct source *s, struct err *e)
{
	const char *relative = secret_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = secret_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	bool from_here = relative && *relative;

	snprintf(out, AWS_URL_MAX, "%s%s", from_here ? "http://169.254.170.2" : "",
		 from_here ? relative : full);
	return may_have_token(out) ||
	       err_set(e, ERR_TRUST, 0, "%s: AWS_CONTAINER_CREDENTIALS_FULL_URI names a place that gets "
		       "no token: neither https, nor this machine, nor a container agent", s->name);
}

static bool is_set(const char *name)
{
	const char *value = secret_env(name);

	return value && *value;
}

enum aws_found aws_container(const struct source *s, struct aws_identity *out, usec deadline,
			     struct cancel *cancel, struct err *e)
{
	struct nearby n = { .http = NULL };
	struct buf header = BUF_INIT;
	struct question q = { .method = "GET", .path = "" };
	char url[AWS_URL_MAX];
	bool ok;

	if (!is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") &&
	    !is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
		return AWS_ABSENT;
	ok = container_url(url, s, e) && nearby_init(&n, s, url, e) && container_header(&header, e);
	q.header = header.len > 0 ? header.data : NULL;
	ok = ok && ask(&n, &q, deadline, cancel, e) && read_answer(&q, "the container agent", s, out, e);
	snprintf(out->origin, sizeof(out->origin), "container agent");
	aws_wipe(&q.answer);
	aws_wipe(&header);
	http_free(n.http);
	return ok ? AWS_FOUND : AWS_FAILED;
}

/* ---- machines ---------------------------------------------------------------------- */

#define ROLES "/latest/meta-data/iam/security-credentials/"

/* Someone answers there: true; *e says why not. */
static bool session_token(struct nearby *n, struct question *q, usec deadline, struct cancel *cancel,
			  struct err *e)
{
	*q = (struct question){
		.method = "PUT", .path = "/latest/api/token",
		.header = "X-aws-ec2-metadata-token-ttl-seconds: 21600",
	};
	for (int i = 0; i < TRIES; i++) {
		if (!ask(n, q, deadline, cancel, e)) {
			if (e->kind == ERR_CANCELLED)
				return false;
			continue;
		}
		if (q->response.status == 200 && q->answer.len > 0)
			return true;
		/* Off; version 1 would answer anybody, and is not asked. */
		return err_set(e, ERR_AUTH, q->response.status,
			       "the instance metadata service gave HTTP %ld", q->response.status);
	}
	return false;
}

static bool plain_role(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-");

	return n > 0 && n < 200 && s[n] == '\0';
}

static bool role_credentials(struct nearby *n, const char *header, const struct source *s,
			     struct aws_identity *out, usec deadline, struct cancel *cancel,
			     struct err *e)
{
	struct question q = { .method = "GET", .path = ROLES, .header = header };
	char role[200], path[300];
	bool ok = ask(n, &q, deadline, cancel, e);

	if (ok && (q.response.status == 429 || q.response.status >= 500))
		ok = read_answer(&q, "this machine", s, out, e);
	else if (ok && (q.response.status != 200 || q.answer.len >= sizeof(role)))
		ok = err_set(e, ERR_AUTH, q.response.status, "%s: this machine has no role (HTTP %ld)",
			     s->name, q.response.status);
	snprintf(role, sizeof(role), "%.*s", ok ? (int)strcspn(buf_str(&q.answer), "\r\n") : 0,
		 buf_str(&q.answer));
	if (ok && !plain_role(role))
		ok = err_set(e, ERR_DECODE, 0, "%s: the name of this machine's role cannot be read",
			     s->name);
	snprintf(path, sizeof(path), ROLES "%s", role);
	q.path = path;
	ok = ok && ask(n, &q, deadline, cancel, e) && read_answer(&q, "this machine", s, out, e);
	snprintf(out->origin, sizeof(out->origin), "instance role %.100s", role);
	aws_wipe(&q.answer);
	return ok;
}

enum aws_found aws_instance(const struct source *s, struct aws_identity *out, usec deadline,
			    struct cancel *cancel, struct err *e)
{
	const char *disabled = secret_env("AWS_EC2_METADATA_DISABLED");
	const char *place = secret_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct nearby n = { .http = NULL };
	struct buf header = BUF_INIT;
	struct question q;
	enum aws_found found = AWS_ABSENT;

	if (disabled && strcasecmp(disabled, "true") == 0)
		return AWS_ABSENT;
	place = source_get(s, "metadata_url", place && *place ? place : "http://169.254.169.254");
	if (!nearby_init(&n, s, place, e))
		return AWS_FAILED;
	while (n.url[0] && n.url[strlen(n.url) - 1] == '/')
		n.url[strlen(n.url) - 1] = '\0';
	if (session_token(&n, &q, deadline, cancel, e)) {
		buf_printf(&header, "X-aws-ec2-metadata-token: %.*s",
			   (int)strcspn(buf_str(&q.answer), "\r\n"), buf_str(&q.answer));
		found = role_credentials(&n, buf_str(&header), s, out, deadline, cancel, e) ? AWS_FOUND
										    : AWS_FAILED;
	} else if (e->kind == ERR_CANCELLED || now_mono() >= deadline) {
		found = AWS_FAILED;
	}
	aws_wipe(&q.answer);
	aws_wipe(&header);
	http_free(n.http);
	return found;
}
