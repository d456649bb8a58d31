#include "tests/support/otlp_fake.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/stub_server.h"

struct otlp_fake {
	struct otlp_fake_options options;
	struct stub_server *server;
	struct otlp_seen seen;
	struct buf text;
};

/* ---- the schema ---------------------------------------------------------------------------- */

/* What is wrong, where something is; the first counts. */
struct check {
	const char *wrong;
	struct otlp_seen *seen;
	bool sum_of_attempts, sum_of_dropped;   /* of the metric that is looked at */
};

static void require(struct check *c, bool ok, const char *what)
{
	if (!ok && !c->wrong)
		c->wrong = what;
}

/* `keys`: "a b c". */
static void only(struct check *c, json_t *object, const char *keys)
{
	const char *key;
	json_t *v;

	require(c, json_is_object(object), "no object");
	json_object_foreach(object, key, v) {
		size_t len = strlen(key);
		const char *at = strstr(keys, key);

		while (at && ((at > keys && at[-1] != ' ') || (at[len] && at[len] != ' ')))
			at = strstr(at + 1, key);
		require(c, at != NULL, "an unknown member");
	}
}

static unsigned long long digits(struct check *c, json_t *v)
{
	const char *s = json_string_value(v);

	require(c, s && *s && strspn(s, "0123456789") == strlen(s), "a 64-bit integer that is no text");
	return s ? strtoull(s, NULL, 10) : 0;
}

static void check_id(struct check *c, json_t *v, size_t len)
{
	const char *s = json_string_value(v);

	require(c, s && strlen(s) == len && strspn(s, "0123456789abcdef") == len && strspn(s, "0") < len,
		"an id that is no lower-case hex");
}

static void check_attributes(struct check *c, json_t *list)
{
	json_t *one;
	size_t i;

	require(c, json_is_array(list), "attributes are no list");
	json_array_foreach(list, i, one) {
		json_t *value = json_object_get(one, "value"), *number = json_object_get(value, "intValue");

		only(c, one, "key value");
		only(c, value, "stringValue intValue");
		require(c, json_is_string(json_object_get(one, "key")) && json_object_size(value) == 1,
			"an attribute without key or value");
		require(c, number || json_is_string(json_object_get(value, "stringValue")), "a text that is none");
		if (number)
			digits(c, number);
	}
}

static void check_times(struct check *c, json_t *object, const char *from, const char *to)
{
	unsigned long long start = digits(c, json_object_get(object, from));

	require(c, start > 1500000000000000000ULL && digits(c, json_object_get(object, to)) >= start,
		"times that cannot be");
}

static void check_span(struct check *c, json_t *span)
{
	json_t *kind = json_object_get(span, "kind"), *status = json_object_get(span, "status");
	json_t *code = json_object_get(status, "code");

	only(c, span, "traceId spanId name kind startTimeUnixNano endTimeUnixNano attributes status");
	check_id(c, json_object_get(span, "traceId"), 32);
	check_id(c, json_object_get(span, "spanId"), 16);
	require(c, json_is_string(json_object_get(span, "name")), "a span without a name");
	require(c, json_is_integer(kind) && json_integer_value(kind) == 3, "an enum that is no number");
	check_times(c, span, "startTimeUnixNano", "endTimeUnixNano");
	check_attributes(c, json_object_get(span, "attributes"));
	only(c, status, "code");
	require(c, !code || (json_is_integer(code) && json_integer_value(code) == 2), "a status that is none");
	c->seen->spans++;
}

static void check_buckets(struct check *c, json_t *point)
{
	json_t *counts = json_object_get(point, "bucketCounts"), *bounds = json_object_get(point, "explicitBounds");
	unsigned long long sum = 0;
	json_t *v;
	size_t i;

	require(c, json_array_size(counts) == json_array_size(bounds) + 1, "buckets without bounds");
	json_array_foreach(counts, i, v)
		sum += digits(c, v);
	json_array_foreach(bounds, i, v)
		require(c, json_is_number(v), "a bound that is no number");
	require(c, sum == digits(c, json_object_get(point, "count")), "buckets that do not sum up");
	require(c, json_is_number(json_object_get(point, "sum")), "a sum that is no number");
}

static void check_point(struct check *c, json_t *point, bool histogram)
{
	json_t *attributes = json_object_get(point, "attributes");

	only(c, point, histogram ? "attributes startTimeUnixNano timeUnixNano count sum bucketCounts explicitBounds"
				 : "attributes startTimeUnixNano timeUnixNano asInt");
	check_times(c, point, "startTimeUnixNano", "timeUnixNano");
	if (attributes)
		check_attributes(c, attributes);
	if (histogram) {
		check_buckets(c, point);
		return;
	}
	if (c->sum_of_attempts)
		c->seen->attempts += digits(c, json_object_get(point, "asInt"));
	if (c->sum_of_dropped)
		c->seen->dropped = digits(c, json_object_get(point, "asInt"));
	digits(c, json_object_get(point, "asInt"));
}

static void check_metric(struct check *c, json_t *metric)
{
	json_t *sum = json_object_get(metric, "sum"), *histogram = json_object_get(metric, "histogram"), *point;
	json_t *data = sum ? sum : histogram, *temporality = json_object_get(data, "aggregationTemporality");
	const char *name = json_string_value(json_object_get(metric, "name"));
	size_t i;

	only(c, metric, "name unit sum histogram");
	only(c, data, sum ? "aggregationTemporality isMonotonic dataPoints" : "aggregationTemporality dataPoints");
	require(c, name && (!sum != !histogram), "a metric without name or data");
	require(c, json_is_integer(temporality) && json_integer_value(temporality) == 2, "no temporality");
	c->sum_of_attempts = name && strcmp(name, "sextant.attempts") == 0;
	c->sum_of_dropped = name && strcmp(name, "sextant.telemetry.dropped") == 0;
	if (c->sum_of_attempts)
		c->seen->attempts = 0;
	json_array_foreach(json_object_get(data, "dataPoints"), i, point)
		check_point(c, point, histogram != NULL);
}

static void check_document(struct check *c, json_t *root, const char *whole, const char *scopes,
			   const char *parts, void (*each)(struct check *, json_t *))
{
	json_t *resource = json_array_get(json_object_get(root, whole), 0), *part;
	json_t *scope = json_array_get(json_object_get(resource, scopes), 0);
	char keys[64];
	size_t i;

	only(c, root, whole);
	snprintf(keys, sizeof(keys), "resource %s", scopes);
	only(c, resource, keys);
	only(c, json_object_get(resource, "resource"), "attributes");
	check_attributes(c, json_object_get(json_object_get(resource, "resource"), "attributes"));
	snprintf(keys, sizeof(keys), "scope %s", parts);
	only(c, scope, keys);
	only(c, json_object_get(scope, "scope"), "name");
	require(c, json_is_array(json_object_get(scope, parts)), "no list of what it is about");
	json_array_foreach(json_object_get(scope, parts), i, part)
		each(c, part);
}

const char *otlp_check(const char *path, const char *text, size_t len, struct otlp_seen *seen)
{
	struct check c = { NULL, seen, false, false };
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	require(&c, root != NULL, "no JSON");
	if (strcmp(path, "/v1/traces") == 0)
		check_document(&c, root, "resourceSpans", "scopeSpans", "spans", check_span);
	else if (strcmp(path, "/v1/metrics") == 0)
		check_document(&c, root, "resourceMetrics", "scopeMetrics", "metrics", check_metric);
	else
		c.wrong = "an unknown path";
	json_decref(root);
	return c.wrong;
}

/* ---- the server ------------------------------------------------------------------------------ */

static void take(struct otlp_fake *f, const struct stub_call *c, struct stub_reply *r)
{
	struct otlp_seen seen = f->seen;
	const char *wrong = strcmp(c->method, "POST") == 0 &&
			    strcmp(stub_header(c, "Content-Type"), "application/json") == 0 ?
			    otlp_check(c->path, c->body, c->body_len, &seen) : "no POST of JSON";

	if (wrong) {
		f->seen.bad++;
		snprintf(f->seen.wrong, sizeof(f->seen.wrong), "%s: %s", c->path, wrong);
		r->status = 400;
		return;
	}
	f->seen = seen;
	buf_puts(&r->body, "{\"partialSuccess\":{}}");
}

/* A stub_answer_fn. */
static void answer(void *ctx, const struct stub_call *c, struct stub_reply *r)
{
	struct otlp_fake *f = ctx;
	const struct otlp_fake_options *o = &f->options;
	bool traces = strcmp(c->path, "/v1/traces") == 0;

	f->seen.traces += traces;
	f->seen.metrics += !traces;
	buf_put(&f->text, c->body, c->body_len);
	r->hang = o->hang;
	if (o->header && strcmp(stub_header(c, o->header), o->value) != 0) {
		f->seen.refused++;
		r->status = 401;
	} else if (traces && o->times >= f->seen.traces) {
		r->status = o->status ? o->status : 200;
		r->retry_after = o->retry_after;
		buf_puts(&r->body, o->body ? o->body : "");
	} else {
		take(f, c, r);
	}
}

struct otlp_fake *otlp_fake_start(const struct otlp_fake_options *o)
{
	struct otlp_fake *f = calloc(1, sizeof(*f));

	f->options = *o;
	f->server = stub_start(answer, f);
	return f;
}

void otlp_fake_stop(struct otlp_fake *f)
{
	if (!f)
		return;
	stub_stop(f->server);
	buf_release(&f->text);
	free(f);
}

unsigned otlp_fake_port(const struct otlp_fake *f)
{
	return stub_port(f->server);
}

struct otlp_seen otlp_fake_seen(struct otlp_fake *f)
{
	struct otlp_seen seen;

	stub_lock(f->server);
	seen = f->seen;
	stub_unlock(f->server);
	return seen;
}

void otlp_fake_text(struct otlp_fake *f, struct buf *out)
{
	stub_lock(f->server);
	buf_put(out, f->text.data, f->text.len);
	stub_unlock(f->server);
}

bool otlp_fake_wait(struct otlp_fake *f, unsigned requests, unsigned seconds)
{
	return stub_wait(f->server, requests, seconds);
}
