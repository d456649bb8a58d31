#include "tests/support/aws_fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/aws_fake_parts.h"

time_t aws_now(const struct aws_fake *f)
{
	return time(NULL) + f->skew;
}

/* ---- replies ----------------------------------------------------------------------- */

void aws_say(struct aws_reply *r, unsigned status, const char *type, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&r->body);
	r->status = status;
	r->type = type;
	va_start(ap, fmt);
	buf_vprintf(&r->body, fmt, ap);
	va_end(ap);
}

void aws_say_fault(struct aws_reply *r, unsigned status, const char *code, const char *message)
{
	json_t *doc = json_pack("{s:s+,s:s}", "__type", "com.amazonaws.athena#", code, "message", message);
	char *text = json_dumps(doc, JSON_COMPACT);

	aws_say(r, status, AWS_JSON, "%s", text);
	free(text);
	json_decref(doc);
}

void aws_say_invalid(struct aws_reply *r, const char *message)
{
	aws_say_fault(r, 400, "InvalidRequestException", message);
}

void aws_say_document(struct aws_reply *r, json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT);

	aws_say(r, 200, AWS_JSON, "%s", text);
	free(text);
	json_decref(doc);
}

void aws_say_xml_fault(struct aws_reply *r, unsigned status, const char *code, const char *message)
{
	aws_say(r, status, "text/xml", "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
	    "<Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
	    "<RequestId>1-2-3</RequestId></ErrorResponse>", code, message);
}

/* ---- the log and the faults -------------------------------------------------------- */

void aws_count(struct aws_fake *f, const char *operation)
{
	size_t i = 0;

	while (i < OPERATIONS - 1 && f->counts[i].name[0] && strcmp(f->counts[i].name, operation) != 0)
		i++;
	snprintf(f->counts[i].name, sizeof(f->counts[i].name), "%s", operation);
	f->counts[i].n++;
	pthread_cond_broadcast(&f->http.changed);
}

static size_t counted(const struct aws_fake *f, const char *operation)
{
	size_t n = 0;

	for (size_t i = 0; i < OPERATIONS; i++) {
		if (!*operation || strcmp(f->counts[i].name, operation) == 0)
			n += f->counts[i].n;
	}
	return n;
}

static bool known_mode(const char *mode)
{
	static const char *const modes[] = {
		"throttle", "typed", "denied", "internal", "invalid", "expire", "lost", "drop", "malformed",
		"body", "html", "same-token", "slow", "skew", "moved", "whole", "literal",
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i], mode) == 0)
			return true;
	}
	return false;
}

bool aws_fake_fault(struct aws_fake *f, const char *operation, const char *spec)
{
	struct aws_fault_plan n = { .left = spec ? -1 : 0 };
	const char *star = spec ? strrchr(spec, '*') : NULL, *colon = spec ? strchr(spec, ':') : NULL;
	size_t len = spec ? strlen(spec) : 0, i = 0;

	snprintf(n.operation, sizeof(n.operation), "%s", operation);
	if (star && star[1] >= '0' && star[1] <= '9') {
		n.left = strtol(star + 1, NULL, 10);
		len = (size_t)(star - spec);
	}
	if (spec) {
		snprintf(n.mode, sizeof(n.mode), "%.*s", (int)(colon ? (size_t)(colon - spec) : len), spec);
		if (colon)
			snprintf(n.arg, sizeof(n.arg), "%.*s", (int)(len - (size_t)(colon + 1 - spec)),
				 colon + 1);
	}
	if (spec && !known_mode(n.mode))
		return false;
	pthread_mutex_lock(&f->http.lock);
	if (strcmp(n.mode, "skew") == 0) {
		f->skew = strtol(n.arg, NULL, 10);
	} else {
		while (i < FAULTS - 1 && f->faults[i].mode[0] &&
		       strcmp(f->faults[i].operation, operation) != 0)
			i++;
		f->faults[i] = n;
	}
	pthread_mutex_unlock(&f->http.lock);
	return true;
}

struct aws_fault_plan aws_take_fault(struct aws_fake *f, const char *operation)
{
	for (size_t i = 0; i < FAULTS; i++) {
		struct aws_fault_plan *x = &f->faults[i];

		if (!x->mode[0] || x->left == 0 ||
		    (x->operation[0] && strcmp(x->operation, operation) != 0))
			continue;
		if (x->left > 0)
			x->left--;
		return *x;
	}
	return (struct aws_fault_plan){ "" };
}

/* ---- one request ------------------------------------------------------------------- */

static void operation_of(const struct loopback_call *q, char out[static 64])
{
	const char *target = loopback_header(q, "X-Amz-Target"), *form = strstr(buf_str(&q->body), "Action=");
	const char *dot = strchr(target, '.');

	out[0] = '\0';
	if (dot)
		snprintf(out, 64, "%s", dot + 1);
	else if (form)
		snprintf(out, 64, "%.*s", (int)strcspn(form + 7, "&"), form + 7);
}

/* Which service the request is for, and how that answers. */
static const struct service {
	const char *begins;      /* of X-Amz-Target, or of a form's operation */
	const char *name;        /* that the signature has to be for */
	bool json;
	void (*serve)(struct aws_fake *, const char *operation, json_t *, bool loop, struct aws_reply *);
	void (*serve_form)(struct aws_fake *, const char *body, const char *operation, struct aws_reply *);
} services[] = {
	{ "AmazonAthena.", "athena", true, aws_athena, NULL },
	{ "secretsmanager.", "secretsmanager", true, aws_secretsmanager, NULL },
	{ "RedshiftServerless.", "redshift-serverless", true, aws_redshift_serverless, NULL },
	{ "GetClusterCredentials", "redshift", false, NULL, aws_redshift },
	{ "", "sts", false, NULL, aws_sts },
};

static const struct service *service_of(const struct loopback_call *q, const char *operation)
{
	const char *target = loopback_header(q, "X-Amz-Target");
	const struct service *s = services;

	while (strncmp(*target ? target : operation, s->begins, strlen(s->begins)) != 0)
		s++;
	return s;
}

/* Signed well, or not to be signed. */
static bool admitted(struct aws_fake *f, const struct loopback_call *q, const struct service *service,
		     const char *operation, struct aws_key **key, struct aws_reply *r)
{
	const char *code = "";
	char why[200] = "";

	if (strcmp(operation, "AssumeRoleWithWebIdentity") == 0) {
		if (strstr(buf_str(&q->body), "WebIdentityToken=" AWS_FAKE_WEB_TOKEN))
			return true;
		aws_say_xml_fault(r, 400, "InvalidIdentityToken", "no");
		return false;
	}
	*key = aws_verify(q, f->keys, f->nkeys, aws_now(f), service->name, &code, why);
	if (*key)
		return true;
	snprintf(f->refusal, sizeof(f->refusal), "%s: %s", code, why);
	if (service->json)
		aws_say_fault(r, 400, code, why);
	else
		aws_say_xml_fault(r, 403, strstr(code, "Expired") ? "ExpiredToken" : "SignatureDoesNotMatch", why);
	return false;
}

static void wait_ms(struct aws_fake *f, long ms)
{
	usec until = loopback_in(ms * USEC_MS);

	while (loopback_pause(&f->http, until))
		;
}

/* True when the fault is the whole answer. */
static bool misbehave(struct aws_fake *f, const struct aws_fault_plan *x, struct aws_key *key,
		      bool json, struct aws_reply *r)
{
	if (!json && strcmp(x->mode, "throttle") == 0)
		aws_say_xml_fault(r, 400, "Throttling", "Rate exceeded");
	else if (!json && strcmp(x->mode, "denied") == 0)
		aws_say_xml_fault(r, 403, "AccessDenied", "not authorized to perform: this");
	else if (strcmp(x->mode, "throttle") == 0)
		aws_say_fault(r, 400, "ThrottlingException", "Rate exceeded");
	else if (strcmp(x->mode, "typed") == 0) {
		aws_say(r, 400, AWS_JSON, "{\"message\":\"Rate exceeded\"}");
		r->error_type = "com.amazonaws.athena#ThrottlingException:http://internal.amazon.com/";
	} else if (strcmp(x->mode, "denied") == 0)
		aws_say_fault(r, 400, "AccessDeniedException", "not authorized to perform: athena:this");
	else if (strcmp(x->mode, "internal") == 0)
		aws_say_fault(r, 500, "InternalServerException", "try later");
	else if (strcmp(x->mode, "invalid") == 0)
		aws_say_invalid(r, "this cannot be");
	else if (strcmp(x->mode, "malformed") == 0)
		aws_say(r, 200, AWS_JSON, "{\"QueryExecutionId\": \"");
	else if (strcmp(x->mode, "body") == 0)
		aws_say(r, 200, AWS_JSON, "%s", x->arg);
	else if (strcmp(x->mode, "html") == 0)
		aws_say(r, 200, "text/html; charset=utf-8", "<html>Sign in</html>");
	else if (strcmp(x->mode, "drop") == 0)
		r->drop = true;
	else if (strcmp(x->mode, "expire") == 0 && key) {
		key->expired = true;
		aws_say_fault(r, 400, "ExpiredTokenException", "The security token included in the request is expired");
	} else {
		if (strcmp(x->mode, "slow") == 0)
			wait_ms(f, strtol(x->arg, NULL, 10));
		return false;
	}
	return true;
}

static void post(struct aws_fake *f, const struct loopback_call *q, struct aws_reply *r)
{
	const struct service *service;
	struct aws_key *key = NULL;
	char operation[64];
	struct aws_fault_plan x;
	json_t *doc;

	operation_of(q, operation);
	aws_count(f, operation);
	service = service_of(q, operation);
	if (!admitted(f, q, service, operation, &key, r))
		return;
	x = aws_take_fault(f, operation);
	if (misbehave(f, &x, key, service->json, r))
		return;
	if (!service->json) {
		service->serve_form(f, buf_str(&q->body), operation, r);
		return;
	}
	doc = json_loadb(buf_str(&q->body), q->body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!doc || strcmp(loopback_header(q, "Content-Type"), AWS_JSON) != 0)
		aws_say_fault(r, 400, "SerializationException", "no JSON 1.1");
	else
		service->serve(f, operation, doc, strcmp(x.mode, "same-token") == 0, r);
	json_decref(doc);
	r->drop = strcmp(x.mode, "lost") == 0;
}

static enum MHD_Result send_reply(struct aws_fake *f, const struct loopback_call *q, struct aws_reply *r)
{
	struct MHD_Response *m;
	enum MHD_Result rc;
	time_t now = aws_now(f);
	struct tm tm;
	char date[64];

	if (r->drop) {
		buf_release(&r->body);
		return MHD_NO;
	}
	m = MHD_create_response_from_buffer(r->body.len, r->body.data, MHD_RESPMEM_MUST_COPY);
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	MHD_add_response_header(m, "Date", date);
	MHD_add_response_header(m, "Content-Type", r->type);
	if (r->content_range[0])
		MHD_add_response_header(m, "Content-Range", r->content_range);
	if (r->encoded)
		MHD_add_response_header(m, "Content-Encoding", "gzip");
	if (r->modified)
		MHD_add_response_header(m, "Last-Modified", r->modified);
	if (r->error_type)
		MHD_add_response_header(m, "x-amzn-ErrorType", r->error_type);
	if (r->bucket_region)
		MHD_add_response_header(m, "x-amz-bucket-region", r->bucket_region);
	rc = MHD_queue_response(q->connection, r->status, m);
	MHD_destroy_response(m);
	buf_release(&r->body);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *q)
{
	struct aws_reply r = { .status = 500, .type = "text/plain" };
	struct aws_fake *f = ctx;

	pthread_mutex_lock(&f->http.lock);
	if (strcmp(q->method, "POST") == 0)
		post(f, q, &r);
	else if (strcmp(q->method, "GET") == 0 && strcmp(q->path, "/container") != 0 &&
		 strncmp(q->path, "/latest/", 8) != 0)
		aws_s3(f, q, &r);
	else
		aws_near_by(f, q, &r);
	pthread_mutex_unlock(&f->http.lock);
	return send_reply(f, q, &r);
}

/* ---- life -------------------------------------------------------------------------- */

struct aws_fake *aws_fake_start(const struct aws_fake_options *o, struct err *e)
{
	const struct loopback_options http = { .port = o->port, .own_date = true };
	struct aws_fake *f = calloc(1, sizeof(*f));
	char why[200] = "";

	if (!f)
		abort();
	f->options = *o;
	f->keys[f->nkeys++] = (struct aws_key){ .id = AWS_FAKE_ID, .secret = AWS_FAKE_SECRET };
	f->tables = aws_tables_new(o->sql, why);
	if (!f->tables)
		err_set(e, ERR_INTERNAL, 0, "%s", why);
	else if (loopback_start(&f->http, &http, respond, f, e))
		return f;
	aws_fake_stop(f);
	return NULL;
}

void aws_fake_stop(struct aws_fake *f)
{
	if (!f)
		return;
	loopback_stop(&f->http);
	for (size_t i = 0; i < f->nexecutions; i++) {
		free(f->executions[i].token);
		free(f->executions[i].sql);
		free(f->executions[i].error);
		aws_result_release(&f->executions[i].result);
	}
	aws_objects_release(f);
	for (size_t i = 0; i < f->nsecrets; i++) {
		free(f->secrets[i].string);
		free(f->secrets[i].binary);
	}
	aws_tables_free(f->tables);
	free(f);
}

void aws_fake_account(void)
{
	setenv("TEST_ID", AWS_FAKE_ID, 1);
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	setenv("HOME", "/nonexistent", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

unsigned aws_fake_port(const struct aws_fake *f)
{
	return f->http.port;
}

void aws_fake_outcome(struct aws_fake *f, const char *state, const char *reason, const char *error)
{
	pthread_mutex_lock(&f->http.lock);
	f->outcome = state;
	f->outcome_reason = reason;
	snprintf(f->outcome_error, sizeof(f->outcome_error), "%s", error ? error : "");
	pthread_mutex_unlock(&f->http.lock);
}

void aws_fake_hold(struct aws_fake *f, bool hold)
{
	pthread_mutex_lock(&f->http.lock);
	f->hold = hold;
	pthread_mutex_unlock(&f->http.lock);
}

size_t aws_fake_count(struct aws_fake *f, const char *operation)
{
	size_t n;

	pthread_mutex_lock(&f->http.lock);
	n = counted(f, operation);
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

bool aws_fake_wait(struct aws_fake *f, const char *operation, size_t n, unsigned seconds)
{
	usec until = loopback_in(seconds * USEC_SEC);
	bool ok;

	pthread_mutex_lock(&f->http.lock);
	while (counted(f, operation) < n && loopback_pause(&f->http, until))
		;
	ok = counted(f, operation) >= n;
	pthread_mutex_unlock(&f->http.lock);
	return ok;
}

size_t aws_fake_started(struct aws_fake *f)
{
	size_t n;

	pthread_mutex_lock(&f->http.lock);
	n = f->nexecutions;
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

size_t aws_fake_unended(struct aws_fake *f)
{
	size_t n = 0;

	pthread_mutex_lock(&f->http.lock);
	for (size_t i = 0; i < f->nexecutions; i++)
		n += !aws_has_ended(&f->executions[i]);
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

const char *aws_fake_sql(struct aws_fake *f, size_t i)
{
	const char *sql;

	pthread_mutex_lock(&f->http.lock);
	sql = i < f->nexecutions ? f->executions[i].sql : NULL;
	pthread_mutex_unlock(&f->http.lock);
	return sql;
}

const char *aws_fake_refusal(struct aws_fake *f)
{
	return f->refusal;
}
