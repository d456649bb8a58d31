#include "tests/support/stub_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct stub_server {
	stub_answer_fn *answer;
	void *ctx;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned requests;
	bool stopping;
};

struct upload {
	struct buf body;
};

const char *stub_header(const struct stub_call *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);

	return v ? v : "";
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

static enum MHD_Result respond(struct stub_server *s, const struct stub_call *call)
{
	struct stub_reply r = { .status = 200, .type = "application/json" };
	enum MHD_Result rc = MHD_NO;

	pthread_mutex_lock(&s->lock);
	s->answer(s->ctx, call, &r);
	s->requests++;
	pthread_cond_broadcast(&s->changed);
	while (r.hang && !s->stopping)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	if (!r.hang)
		rc = reply_with(call->connection, &r);
	buf_release(&r.body);
	return rc;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	struct upload *u = *state;
	struct stub_call call = { method, path, NULL, 0, c };

	(void)version;
	if (!u) {
		u = calloc(1, sizeof(*u));
		*state = u;
		return u ? MHD_YES : MHD_NO;
	}
	if (*size > 0) {
		buf_put(&u->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	call.body = buf_str(&u->body);
	call.body_len = u->body.len;
	return respond(ctx, &call);
}

static void on_end(void *ctx, struct MHD_Connection *c, void **state,
		   enum MHD_RequestTerminationCode why)
{
	struct upload *u = *state;

	(void)ctx;
	(void)c;
	(void)why;
	if (u)
		buf_release(&u->body);
	free(u);
}

struct stub_server *stub_start(stub_answer_fn *answer, void *ctx)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct stub_server *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	s->answer = answer;
	s->ctx = ctx;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_condattr_destroy(&attr);
	s->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
				     MHD_USE_POLL, 0, NULL, NULL, on_request, s,
				     MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
				     MHD_OPTION_END);
	if (!s->daemon)
		abort();
	return s;
}

void stub_stop(struct stub_server *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	MHD_stop_daemon(s->daemon);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

unsigned stub_port(const struct stub_server *s)
{
	return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void stub_lock(struct stub_server *s)
{
	pthread_mutex_lock(&s->lock);
}

void stub_unlock(struct stub_server *s)
{
	pthread_mutex_unlock(&s->lock);
}

bool stub_wait(struct stub_server *s, unsigned requests, unsigned seconds)
{
	struct timespec until;
	bool reached;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&s->lock);
	while (s->requests < requests &&
	       pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
		;
	reached = s->requests >= requests;
	pthread_mutex_unlock(&s->lock);
	return reached;
}
