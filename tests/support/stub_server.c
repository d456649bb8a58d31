#include "tests/support/stub_server.h"

#include <stdlib.h>

#include "tests/support/loopback.h"

struct stub_server {
	struct loopback http;
	stub_answer_fn *answer;
	void *ctx;
	unsigned requests;
};

const char *stub_header(const struct stub_call *c, const char *name)
{
	return loopback_header(c->http, name);
}

static enum MHD_Result reply_with(struct MHD_Connection *c, struct stub_reply *r)
{
	size_t len = r->body.len;
	struct MHD_Response *response =
		MHD_create_response_from_buffer(len, buf_detach(&r->body), MHD_RESPMEM_MUST_FREE);
	enum MHD_Result rc;

	MHD_add_response_header(response, "Content-Type", r->type);
	if (r->retry_after)
		MHD_add_response_header(response, "Retry-After", r->retry_after);
	rc = MHD_queue_response(c, r->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *c)
{
	const struct stub_call call = { c->method, c->path, buf_str(&c->body), c->body.len, c };
	struct stub_reply r = { .status = 200, .type = "application/json" };
	enum MHD_Result rc = MHD_NO;
	struct stub_server *s = ctx;

	pthread_mutex_lock(&s->http.lock);
	s->answer(s->ctx, &call, &r);
	s->requests++;
	pthread_cond_broadcast(&s->http.changed);
	while (r.hang && !s->http.stopping)
		pthread_cond_wait(&s->http.changed, &s->http.lock);
	pthread_mutex_unlock(&s->http.lock);
	if (!r.hang)
		rc = reply_with(c->connection, &r);
	buf_release(&r.body);
	return rc;
}

struct stub_server *stub_start(stub_answer_fn *answer, void *ctx)
{
	struct stub_server *s = calloc(1, sizeof(*s));

	s->answer = answer;
	s->ctx = ctx;
	if (!loopback_start(&s->http, &(struct loopback_options){ 0 }, respond, s, NULL))
		abort();
	return s;
}

void stub_stop(struct stub_server *s)
{
	if (s)
		loopback_stop(&s->http);
	free(s);
}

unsigned stub_port(const struct stub_server *s)
{
	return s->http.port;
}

void stub_lock(struct stub_server *s)
{
	pthread_mutex_lock(&s->http.lock);
}

void stub_unlock(struct stub_server *s)
{
	pthread_mutex_unlock(&s->http.lock);
}

bool stub_wait(struct stub_server *s, unsigned requests, unsigned seconds)
{
	usec until = loopback_in(seconds * USEC_SEC);
	bool reached;

	pthread_mutex_lock(&s->http.lock);
	while (s->requests < requests && loopback_pause(&s->http, until))
		;
	reached = s->requests >= requests;
	pthread_mutex_unlock(&s->http.lock);
	return reached;
}
