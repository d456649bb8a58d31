#include "clients/otlp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/jsontext.h"

enum { KIND_CLIENT = 3, STATUS_ERROR = 2, CUMULATIVE = 2 };

const unsigned otlp_bounds[OTLP_BOUNDS] = {
	10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000,
};

const char *otlp_path(enum otlp_signal s)
{
	static const char *const paths[] = { [OTLP_TRACES] = "/v1/traces", [OTLP_METRICS] = "/v1/metrics" };

	return paths[s];
}

/* ---- attributes -------------------------------------------------------------------------- */

/* A list of them while it is written. */
struct list {
	struct buf *out;
	const char *comma;
};

static struct list begin_list(struct buf *out)
{
	buf_puts(out, "\"attributes\":[");
	return (struct list){ out, "" };
}

static void end_list(struct list *l)
{
	buf_puts(l->out, "],");
}

static void put_text(struct list *l, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(l->out, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", l->comma, key);
	jsontext_quote(l->out, cell_of(text_is_utf8(value, strlen(value)) ? value : "?"));
	buf_puts(l->out, "}}");
	l->comma = ",";
}

/* Integers of 64 bits are texts there. */
static void put_number(struct list *l, const char *key, uint64_t value)
{
	buf_printf(l->out, "%s{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRIu64 "\"}}", l->comma, key, value);
	l->comma = ",";
}

/* "resource": … "scope": … of what is called `spans` or `metrics`. */
static void begin_document(struct buf *out, const char *whole, const char *scope, const char *part,
			   const char *version)
{
	struct list l;

	buf_printf(out, "{\"%s\":[{\"resource\":{", whole);
	l = begin_list(out);
	put_text(&l, "service.name", "sextant");
	put_text(&l, "service.version", version);
	buf_printf(out, "]},\"%s\":[{\"scope\":{\"name\":\"sextant\"},\"%s\":[", scope, part);
}

static bool end_document(struct buf *out)
{
	return buf_puts(out, "]}]}]}");
}

static void put_time(struct buf *out, const char *key, usec t)
{
	buf_printf(out, "\"%s\":\"%lld\"", key, t > 0 ? (long long)t * 1000 : 0);
}

/* ---- spans ------------------------------------------------------------------------------- */

static void put_hex(struct buf *out, const char *key, const unsigned char *id, size_t len)
{
	buf_printf(out, "\"%s\":\"", key);
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%02x", id[i]);
	buf_puts(out, "\",");
}

static void put_span(struct buf *out, const struct otlp_attempt *a)
{
	struct buf name = BUF_INIT;
	struct list l;

	buf_printf(&name, "%s %s", a->source ? a->source : "", a->query ? a->query : "");
	buf_putc(out, '{');
	put_hex(out, "traceId", a->trace, sizeof(a->trace));
	put_hex(out, "spanId", a->span, sizeof(a->span));
	buf_puts(out, "\"name\":");
	jsontext_quote(out, cell_of(text_is_utf8(buf_str(&name), name.len) ? buf_str(&name) : "?"));
	buf_release(&name);
	buf_printf(out, ",\"kind\":%d,", KIND_CLIENT);
	put_time(out, "startTimeUnixNano", a->start);
	buf_putc(out, ',');
	put_time(out, "endTimeUnixNano", a->end > a->start ? a->end : a->start);
	buf_putc(out, ',');
	l = begin_list(out);
	put_text(&l, "sextant.source", a->source);
	put_text(&l, "sextant.kind", a->kind);
	put_text(&l, "sextant.section", a->section);
	put_text(&l, "sextant.query", a->query);
	put_text(&l, "sextant.outcome", a->outcome);
	put_text(&l, "error.type", a->error);
	put_number(&l, "sextant.rows", a->rows);
	put_number(&l, "sextant.bytes", a->bytes);
	put_number(&l, "sextant.tries", a->tries);
	end_list(&l);
	buf_puts(out, "\"status\":{");
	if (a->failed)
		buf_printf(out, "\"code\":%d", STATUS_ERROR);
	buf_puts(out, "}}");
}

bool otlp_traces(struct buf *out, const char *version, const struct otlp_attempt *a, size_t n)
{
	begin_document(out, "resourceSpans", "scopeSpans", "spans", version);
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, i ? "," : "");
		put_span(out, &a[i]);
	}
	return end_document(out);
}

/* ---- metrics ------------------------------------------------------------------------------ */

void otlp_series_add(struct otlp_series *s, const struct otlp_attempt *a)
{
	uint64_t ms = a->end > a->start ? (uint64_t)((a->end - a->start) / USEC_MS) : 0;
	size_t bucket = 0;

	while (bucket < OTLP_BOUNDS && ms > otlp_bounds[bucket])
		bucket++;
	s->attempts++;
	s->rows += a->rows;
	s->bytes += a->bytes;
	s->total_ms += ms;
	s->buckets[bucket]++;
}

/* One document while it is written. */
struct metrics {
	struct buf *out;
	const struct otlp_series *series;
	size_t n;
	usec start, now;
};

static void begin_metric(struct metrics *m, const char *name, const char *unit, const char *shape)
{
	buf_printf(m->out, "{\"name\":\"%s\",\"unit\":\"%s\",\"%s\":{\"aggregationTemporality\":%d,%s"
			   "\"dataPoints\":[", name, unit, shape, CUMULATIVE,
		   strcmp(shape, "sum") == 0 ? "\"isMonotonic\":true," : "");
}

static void put_times(struct metrics *m)
{
	put_time(m->out, "startTimeUnixNano", m->start);
	buf_putc(m->out, ',');
	put_time(m->out, "timeUnixNano", m->now);
}

static void begin_point(struct metrics *m, const struct otlp_series *s)
{
	struct list l;

	buf_putc(m->out, '{');
	l = begin_list(m->out);
	put_text(&l, "sextant.source", s->source);
	put_text(&l, "sextant.kind", s->kind);
	put_text(&l, "sextant.outcome", s->outcome);
	put_text(&l, "error.type", s->error);
	end_list(&l);
	put_times(m);
}

static void put_sums(struct metrics *m, const char *name, const char *unit, size_t member)
{
	begin_metric(m, name, unit, "sum");
	for (size_t i = 0; i < m->n; i++) {
		uint64_t value;

		memcpy(&value, (const char *)&m->series[i] + member, sizeof(value));
		buf_puts(m->out, i ? "," : "");
		begin_point(m, &m->series[i]);
		buf_printf(m->out, ",\"asInt\":\"%" PRIu64 "\"}", value);
	}
	buf_puts(m->out, "]}},");
}

static void put_histogram(struct metrics *m, const struct otlp_series *s)
{
	begin_point(m, s);
	buf_printf(m->out, ",\"count\":\"%" PRIu64 "\",\"sum\":%" PRIu64 ",\"bucketCounts\":[", s->attempts,
		   s->total_ms);
	for (size_t i = 0; i <= OTLP_BOUNDS; i++)
		buf_printf(m->out, "%s\"%" PRIu64 "\"", i ? "," : "", s->buckets[i]);
	buf_puts(m->out, "],\"explicitBounds\":[");
	for (size_t i = 0; i < OTLP_BOUNDS; i++)
		buf_printf(m->out, "%s%u", i ? "," : "", otlp_bounds[i]);
	buf_puts(m->out, "]}");
}

static void put_durations(struct metrics *m)
{
	begin_metric(m, "sextant.attempt.duration", "ms", "histogram");
	for (size_t i = 0; i < m->n; i++) {
		buf_puts(m->out, i ? "," : "");
		put_histogram(m, &m->series[i]);
	}
	buf_puts(m->out, "]}},");
}

static void put_dropped(struct metrics *m, uint64_t dropped)
{
	begin_metric(m, "sextant.telemetry.dropped", "{attempt}", "sum");
	buf_putc(m->out, '{');
	put_times(m);
	buf_printf(m->out, ",\"asInt\":\"%" PRIu64 "\"}]}}", dropped);
}

bool otlp_metrics(struct buf *out, const char *version, const struct otlp_series *s, size_t n,
		  uint64_t dropped, usec start, usec now)
{
	struct metrics m = { out, s, n, start, now };

	begin_document(out, "resourceMetrics", "scopeMetrics", "metrics", version);
	if (n > 0) {
		put_sums(&m, "sextant.attempts", "{attempt}", offsetof(struct otlp_series, attempts));
		put_sums(&m, "sextant.attempt.rows", "{row}", offsetof(struct otlp_series, rows));
		put_sums(&m, "sextant.attempt.bytes", "By", offsetof(struct otlp_series, bytes));
		put_durations(&m);
	}
	put_dropped(&m, dropped);
	return end_document(out);
}

/* ---- answers ------------------------------------------------------------------------------ */

/* A number, or a text of digits. */
static bool read_count(json_t *v, uint64_t *out)
{
	struct cell c = jsontext_scalar(v);
	char *end;

	errno = 0;
	if (!json_is_string(v) || c.len == 0 || c.data[0] == '-')
		return false;
	*out = strtoull(c.data, &end, 10);
	return errno == 0 && end == c.data + c.len;
}

bool otlp_read_answer(const char *text, size_t len, uint64_t *rejected, struct buf *why, struct err *e)
{
	json_t *root, *partial, *count;
	struct cell message;
	bool ok;

	*rejected = 0;
	if (len == 0)
		return true;
	root = jsontext_read(text, len, e);
	if (!root)
		return false;
	partial = json_object_get(root, "partialSuccess");
	count = json_object_get(partial, "rejectedSpans");
	count = count ? count : json_object_get(partial, "rejectedDataPoints");
	message = jsontext_scalar(json_object_get(partial, "errorMessage"));
	ok = json_is_object(root) && (!count || read_count(count, rejected));
	if (ok && message.data)
		buf_put_safe(why, message.data, message.len);
	json_decref(root);
	return ok || err_set(e, ERR_DECODE, 0, "the answer is not that of an OTLP collector");
}
