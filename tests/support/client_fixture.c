#include "tests/support/client_fixture.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_setting(struct source *s, const char *key, const char *value)
{
	s->settings = realloc(s->settings, (s->nsettings + 1) * sizeof(*s->settings));
	s->settings[s->nsettings++] = (struct setting){
		.key = strdup(key), .value = strdup(value), .origin = strdup("test"),
	};
}

struct source *source_make(const struct client_ops *ops, const char *name, ...)
{
	struct source *s = calloc(1, sizeof(*s));
	struct err e = { 0 };
	const char *key;
	va_list ap;

	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->title, sizeof(s->title), "%s", name);
	s->client = ops;
	va_start(ap, name);
	while ((key = va_arg(ap, const char *)))
		add_setting(s, key, va_arg(ap, const char *));
	va_end(ap);
	s->configured = !ops || ops->prepare(s, &e);
	if (!s->configured) {
		fprintf(stderr, "%s: %s\n", name, e.text);
		abort();
	}
	return s;
}

void source_free(struct source *s)
{
	for (size_t i = 0; i < s->nsettings; i++) {
		free(s->settings[i].key);
		free(s->settings[i].value);
		free(s->settings[i].origin);
	}
	free(s->settings);
	free(s);
}

static void on_sent(struct row_sink *sink, const char *text)
{
	struct record *r = (struct record *)sink;

	buf_puts(&r->sent, text);
	buf_putc(&r->sent, '\n');
}

static bool on_columns(struct row_sink *sink, const char *const *names, size_t n, struct err *e)
{
	struct record *r = (struct record *)sink;

	(void)e;
	for (size_t i = 0; i < n; i++)
		buf_printf(&r->columns, "%s%s", i ? "|" : "", names[i]);
	r->ncolumns = n;
	return true;
}

static bool on_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct record *r = (struct record *)sink;

	if (r->refuse_at && r->nrows + 1 == r->refuse_at)
		return err_set(e, ERR_LIMIT, 0, "refused by the test");
	r->nrows++;
	if (r->fire_at_row)
		cancel_fire(r->fire_at_row);
	for (size_t i = 0, n = r->count_only ? 0 : r->ncolumns; i < n; i++) {
		buf_puts(&r->rows, i ? "|" : "");
		if (cell_is_null(cells[i]))
			buf_puts(&r->rows, "<null>");
		else
			buf_put(&r->rows, cells[i].data, cells[i].len);
	}
	if (!r->count_only)
		buf_putc(&r->rows, '\n');
	return true;
}

static void on_progress(struct row_sink *sink, const struct progress *p)
{
	struct record *r = (struct record *)sink;

	r->nprogress++;
	r->progress = *p;
	if (r->fire_at_progress)
		cancel_fire(r->fire_at_progress);
}

static void on_bytes(struct row_sink *sink, size_t received)
{
	struct record *r = (struct record *)sink;

	r->received += received;
}

void record_init(struct record *r)
{
	*r = (struct record){
		.sink = { on_sent, on_columns, on_row, on_progress, on_bytes },
	};
}

void record_release(struct record *r)
{
	buf_release(&r->sent);
	buf_release(&r->columns);
	buf_release(&r->rows);
}

usec in_ms(long ms)
{
	return now_mono() + ms * USEC_MS;
}

struct firing {
	pthread_t thread;
	struct cancel *cancel;
	int ms;
	usec at;
};

static void *fire(void *arg)
{
	struct firing *f = arg;

	poll(NULL, 0, f->ms);
	f->at = now_mono();
	cancel_fire(f->cancel);
	return NULL;
}

struct firing *fire_later(struct cancel *c, long ms)
{
	struct firing *f = calloc(1, sizeof(*f));

	f->cancel = c;
	f->ms = (int)ms;
	if (pthread_create(&f->thread, NULL, fire, f))
		abort();
	return f;
}

usec firing_end(struct firing *f)
{
	usec at;

	pthread_join(f->thread, NULL);
	at = f->at;
	free(f);
	return at;
}

int clients_start(void **state)
{
	struct err e = { 0 };

	(void)state;
	return clients_init(&e) ? 0 : -1;
}

int clients_stop(void **state)
{
	(void)state;
	clients_release();
	return 0;
}
