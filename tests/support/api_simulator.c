#include "tests/support/api_faults.h"
#include "tests/support/api_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct api_simulator {
	struct api_options options;     /* its strings belong to the caller's options: copied */
	char *texts[8];                 /* the copies */
	struct loopback http;           /* its lock is for data and log */
	json_t *data;
	struct api_faults faults;
	struct api_request *log;
	size_t nlog, cap;
};

/* What to send. */
struct answer {
	unsigned status;
	char type[API_ARG_MAX];
	char *body;                     /* owned */
	size_t len;
	size_t cut;                     /* send only so much; SIZE_MAX = all */
	long length_off;
	char location[API_ARG_MAX], retry_after[32];
	char headers[1024];
	bool drop;
};

bool api_simulator_fault(struct api_simulator *s, const char *path, const char *spec)
{
	return api_faults_set(&s->faults, path, spec);
}

bool api_simulator_answer(struct api_simulator *s, const char *path, unsigned status,
			  const char *content_type, const char *body, size_t len)
{
	return api_faults_answer(&s->faults, path, status, content_type, body, len);
}

/* ---- the log ------------------------------------------------------------------------- */

static size_t log_request(struct api_simulator *s, const struct loopback_call *c)
{
	size_t at;

	pthread_mutex_lock(&s->http.lock);
	if (s->nlog == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->log = realloc(s->log, s->cap * sizeof(*s->log));
		if (!s->log)
			abort();
	}
	at = s->nlog++;
	s->log[at] = (struct api_request){ .at = now_mono() };
	snprintf(s->log[at].method, sizeof(s->log[at].method), "%s", c->method);
	snprintf(s->log[at].uri, sizeof(s->log[at].uri), "%s", c->uri);
	pthread_cond_broadcast(&s->http.changed);
	pthread_mutex_unlock(&s->http.lock);
	return at;
}

static void log_status(struct api_simulator *s, size_t at, unsigned status)
{
	pthread_mutex_lock(&s->http.lock);
	if (at < s->nlog)
		s->log[at].status = status;
	pthread_mutex_unlock(&s->http.lock);
}

size_t api_simulator_count(struct api_simulator *s, const char *path)
{
	size_t n = 0;

	pthread_mutex_lock(&s->http.lock);
	for (size_t i = 0; i < s->nlog; i++)
		n += strncmp(s->log[i].uri, path, strlen(path)) == 0;
	pthread_mutex_unlock(&s->http.lock);
	return n;
}

bool api_simulator_request(struct api_simulator *s, size_t i, struct api_request *out)
{
	bool there;

	pthread_mutex_lock(&s->http.lock);
	there = i < s->nlog;
	if (there)
		*out = s->log[i];
	pthread_mutex_unlock(&s->http.lock);
	return there;
}

void api_simulator_forget(struct api_simulator *s)
{
	pthread_mutex_lock(&s->http.lock);
	s->nlog = 0;
	pthread_mutex_unlock(&s->http.lock);
}

bool api_simulator_wait(struct api_simulator *s, size_t count, unsigned seconds)
{
	usec until = loopback_in(seconds * USEC_SEC);
	bool ok;

	pthread_mutex_lock(&s->http.lock);
	while (s->nlog < count && loopback_pause(&s->http, until))
		;
	ok = s->nlog >= count;
	pthread_mutex_unlock(&s->http.lock);
	return ok;
}

/* The delay of a slow answer; ends early when the simulator stops. */
static void hold(struct api_simulator *s, usec span)
{
	usec until = loopback_in(span);

	pthread_mutex_lock(&s->http.lock);
	while (loopback_pause(&s->http, until))
		;
	pthread_mutex_unlock(&s->http.lock);
}

static usec wall_now(struct api_simulator *s)
{
	return now_wall() + api_faults_skew(&s->faults);
}

/* ---- making the answer ------------------------------------------------------------------ */

static char *error_body(unsigned status, const char *message)
{
	json_t *o = json_pack("{s:i,s:s}", "statusCode", (int)status, "message", message);
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	return text;
}

static void set_type(struct answer *a, const char *type)
{
	snprintf(a->type, sizeof(a->type), "%s", type);
}

static void answer_error(struct answer *a, unsigned status, const char *message)
{
	free(a->body);
	a->status = status;
	set_type(a, "application/json; charset=utf-8");
	a->body = error_body(status, message);
}

static enum MHD_Result echo_header(void *ctx, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	(void)kind;
	if (strncasecmp(key, "X-", 2) == 0 || strcasecmp(key, "Authorization") == 0)
		buf_printf(ctx, " %s: %s", key, value ? value : "");
	return MHD_YES;
}

static void answer_echo(struct answer *a, const struct loopback_call *c, unsigned status)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "cannot handle");
	MHD_get_connection_values(c->connection, MHD_HEADER_KIND, echo_header, &text);
	buf_printf(&text, " %s", c->uri);
	answer_error(a, status, buf_str(&text));
	buf_release(&text);
}

static void answer_as_service(struct api_simulator *s, const struct loopback_call *c, struct answer *a)
{
	struct api_reply reply = { .status = 200 };

	pthread_mutex_lock(&s->http.lock);
	s->options.service(s->options.service_ctx, c, &reply);
	pthread_mutex_unlock(&s->http.lock);
	a->status = reply.status;
	a->body = reply.body;
	memcpy(a->headers, reply.headers, sizeof(a->headers));
	set_type(a, "application/json; charset=utf-8");
}

static void answer_well(struct api_simulator *s, const struct loopback_call *c, struct answer *a,
			enum api_paging paging)
{
	const char *refusal = api_refusal(&s->options, c, wall_now(s));

	if (refusal) {
		answer_error(a, 401, refusal);
		return;
	}
	set_type(a, "application/json; charset=utf-8");
	/* jansson counts its references without one. */
	pthread_mutex_lock(&s->http.lock);
	a->body = api_answer(s->data, c, paging, &a->status);
	pthread_mutex_unlock(&s->http.lock);
}

static void answer_wrong(struct answer *a, const struct loopback_call *c, struct api_fault *f)
{
	switch (f->mode) {
	case API_MODE_DROP:
		a->drop = true;
		break;
	case API_MODE_CUT:
		a->cut = strlen(a->body) / 2;
		break;
	case API_MODE_LENGTH:
		a->length_off = strtol(f->arg, NULL, 10);
		break;
	case API_MODE_REDIRECT:
		answer_error(a, 302, "elsewhere");
		snprintf(a->location, sizeof(a->location), "%s", f->arg);
		break;
	case API_MODE_HTML:
		free(a->body);
		a->status = 200;
		a->body = strdup("<html><title>Sign in</title></html>");
		set_type(a, "text/html; charset=utf-8");
		break;
	case API_MODE_MALFORMED:
		a->body[strlen(a->body) / 2] = '\0';
		break;
	case API_MODE_ECHO:
		answer_echo(a, c, (unsigned)strtol(f->arg, NULL, 10));
		break;
	case API_MODE_STATUS:
		answer_error(a, f->status, "as told");
		snprintf(a->retry_after, sizeof(a->retry_after), "%.31s", f->arg);
		break;
	default:
		break;
	}
}

static struct answer make_answer(struct api_simulator *s, const struct loopback_call *c)
{
	struct answer a = { .status = 200, .cut = SIZE_MAX };
	struct api_fault f = api_faults_next(&s->faults, c->path);

	if (f.mode == API_MODE_SLOW)
		hold(s, strtol(f.arg, NULL, 10) * USEC_MS);
	if (f.mode == API_MODE_ANSWER) {
		a.status = f.status;
		set_type(&a, f.arg);
		a.body = f.body;
		a.len = f.len;
		return a;
	}
	if (s->options.service)
		answer_as_service(s, c, &a);
	else
		answer_well(s, c, &a, f.mode == API_MODE_PAGES     ? API_PAGES_FOREVER :
				      f.mode == API_MODE_SAME_PAGE ? API_SAME_PAGE : API_PAGED);
	answer_wrong(&a, c, &f);
	a.len = strlen(a.body);
	return a;
}

/* ---- sending it -------------------------------------------------------------------------- */

/* A body that ends before its announced length. */
struct partial {
	char *body;
	size_t end;
};

static ssize_t read_partial(void *ctx, uint64_t at, char *out, size_t max)
{
	struct partial *p = ctx;
	size_t n = at < p->end ? p->end - (size_t)at : 0;

	if (n == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	memcpy(out, p->body + at, n);
	return (ssize_t)n;
}

static void free_partial(void *ctx)
{
	struct partial *p = ctx;

	free(p->body);
	free(p);
}

static struct MHD_Response *partial_response(struct answer *a, uint64_t announced)
{
	struct partial *p = malloc(sizeof(*p));

	if (!p)
		abort();
	*p = (struct partial){ a->body, a->len < a->cut ? a->len : a->cut };
	return MHD_create_response_from_callback(announced, 4096, read_partial, p, free_partial);
}

static struct MHD_Response *make_response(struct answer *a)
{
	uint64_t announced = a->len + (uint64_t)a->length_off;

	if (a->cut == SIZE_MAX && a->length_off == 0)
		return MHD_create_response_from_buffer(a->len, a->body, MHD_RESPMEM_MUST_FREE);
	return partial_response(a, announced);
}

static void add_date(struct MHD_Response *r, usec now)
{
	char text[64];
	time_t seconds = (time_t)(now / USEC_SEC);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	MHD_add_response_header(r, "Date", text);
}

/* Cuts the lines in place. */
static void add_headers(struct MHD_Response *r, char *lines)
{
	char *line;

	while ((line = strsep(&lines, "\n")) && *line) {
		char *value = strstr(line, ": ");

		if (!value)
			abort();
		*value = '\0';
		MHD_add_response_header(r, line, value + 2);
	}
}

static enum MHD_Result send_answer(struct api_simulator *s, const struct loopback_call *c,
				   struct answer *a)
{
	struct MHD_Response *r = make_response(a);
	enum MHD_Result rc;

	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", a->type);
	add_date(r, wall_now(s));
	add_headers(r, a->headers);
	if (a->location[0])
		MHD_add_response_header(r, "Location", a->location);
	if (a->retry_after[0])
		MHD_add_response_header(r, "Retry-After", a->retry_after);
	rc = MHD_queue_response(c->connection, a->status, r);
	MHD_destroy_response(r);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *c)
{
	struct api_simulator *s = ctx;
	size_t at = log_request(s, c);
	struct answer a = make_answer(s, c);

	log_status(s, at, a.drop ? 0 : a.status);
	if (!a.drop)
		return send_answer(s, c, &a);
	free(a.body);
	return MHD_NO;
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool load_data(struct api_simulator *s, const struct api_options *o, struct err *e)
{
	json_error_t why;

	if (o->data_file)
		s->data = json_load_file(o->data_file, 0, &why);
	else
		s->data = json_loads(o->data ? o->data : "{}", 0, &why);
	return s->data || err_set(e, ERR_INTERNAL, 0, "%s: %s, line %d",
				  o->data_file ? o->data_file : "data", why.text, why.line);
}

static const char *keep(struct api_simulator *s, size_t slot, const char *text)
{
	return s->texts[slot] = text ? strdup(text) : NULL;
}

static void copy_options(struct api_simulator *s, const struct api_options *o)
{
	s->options = (struct api_options){
		.app = keep(s, 0, o->app), .secret = keep(s, 1, o->secret),
		.user = keep(s, 2, o->user), .password = keep(s, 3, o->password),
		.token = keep(s, 4, o->token), .service = o->service,
		.service_ctx = o->service_ctx,
	};
}

struct api_simulator *api_simulator_start(const struct api_options *o, struct err *e)
{
	struct api_simulator *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	api_faults_init(&s->faults);
	copy_options(s, o);
	if (load_data(s, o, e) &&
	    loopback_start(&s->http, &(struct loopback_options){ o->port, true, o->cert_file, o->key_file },
			   respond, s, e))
		return s;
	api_simulator_stop(s);
	return NULL;
}

void api_simulator_stop(struct api_simulator *s)
{
	if (!s)
		return;
	loopback_stop(&s->http);
	api_faults_release(&s->faults);
	for (size_t i = 0; i < sizeof(s->texts) / sizeof(s->texts[0]); i++)
		free(s->texts[i]);
	json_decref(s->data);
	free(s->log);
	free(s);
}

unsigned api_simulator_port(const struct api_simulator *s)
{
	return s->http.port;
}
