#include "tests/support/http_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct run *x = ctx;

	assert_in_range(r->status, 200, 599);
	if (x->refuse)
		return err_set(e, ERR_DECODE, 0, "refused by the test");
	buf_put(&x->body, data, len);
	return true;
}

bool run_tick(void *ctx)
{
	struct run *x = ctx;

	x->ticks++;
	return x->alive;
}

void run_begin(struct run *x, const char *scheme, const char *host, unsigned port)
{
	*x = (struct run){ 0 };
	x->source = source_make(NULL, "orders", "connect_timeout", "1", NULL);
	snprintf(x->source->origin, sizeof(x->source->origin), "%s://%s:%u", scheme, host, port);
	snprintf(x->url, sizeof(x->url), "%s/path?signature=canary", x->source->origin);
	assert_true(cancel_init(&x->cancel, &x->e));
	x->http = http_new(x->source, &x->e);
	assert_non_null(x->http);
	x->req = (struct http_request){
		.method = "GET", .url = x->url, .deadline = in_ms(10000),
	};
}

void run_begin_at(struct run *x, const struct fault_server *s)
{
	run_begin(x, "http", "127.0.0.1", s->port);
}

bool run_go(struct run *x)
{
	buf_clear(&x->body);
	return http_exchange(x->http, &x->req, &x->cancel, on_body, x, &x->r, &x->e);
}

void run_end(struct run *x)
{
	assert_null(strstr(x->e.text, "canary"));
	http_free(x->http);
	cancel_release(&x->cancel);
	source_free(x->source);
	buf_release(&x->body);
}

/* The whole thing against one script. */
bool run_against(struct run *x, const struct fault_step *script)
{
	struct fault_server s;
	bool ok;

	fault_start(&s, script);
	run_begin_at(x, &s);
	ok = run_go(x);
	fault_stop(&s);
	return ok;
}

void assert_says(const struct run *x, const char *words)
{
	if (!strstr(x->e.text, words))
		fail_msg("\"%s\" does not say \"%s\"", x->e.text, words);
}

