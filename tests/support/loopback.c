#include "tests/support/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *loopback_header(const struct loopback_call *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);

	return v ? v : "";
}

const char *loopback_argument(const struct loopback_call *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c->connection, MHD_GET_ARGUMENT_KIND, name);

	return v ? v : "";
}

bool loopback_password_is(const struct loopback_call *c, const char *user, const char *password)
{
	char *second = NULL, *first = MHD_basic_auth_get_username_password(c->connection, &second);
	bool right = first && second && strcmp(second, password) == 0 &&
		     (!user || strcmp(first, user) == 0);

	MHD_free(first);
	MHD_free(second);
	return right;
}

/* ---- what libmicrohttpd calls --------------------------------------------------------- */

static void *begin_call(void *ctx, const char *uri, struct MHD_Connection *connection)
{
	struct loopback_call *c = calloc(1, sizeof(*c));
	size_t len = strcspn(uri, "?");

	(void)ctx;
	if (!c)
		abort();
	c->connection = connection;
	c->uri = strdup(uri);
	c->path = strndup(uri, len);
	if (!c->uri || !c->path)
		abort();
	c->query = c->uri + len + (uri[len] != '\0');
	return c;
}

static void end_call(void *ctx, struct MHD_Connection *connection, void **state,
		     enum MHD_RequestTerminationCode why)
{
	struct loopback_call *c = *state;

	(void)ctx;
	(void)connection;
	(void)why;
	if (!c)
		return;
	free(c->uri);
	free(c->path);
	buf_release(&c->body);
	free(c);
	*state = NULL;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *len, void **state)
{
	struct loopback_call *c = *state;
	struct loopback *l = ctx;

	(void)connection;
	(void)url;
	(void)version;
	c->method = method;
	if (!c->begun) {
		c->begun = true;
		return MHD_YES;
	}
	if (*len > 0) {
		buf_put(&c->body, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return l->answer(l->ctx, c);
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	struct loopback *l = ctx;

	(void)connection;
	(void)state;
	if (code != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	pthread_mutex_lock(&l->lock);
	l->connections++;
	pthread_mutex_unlock(&l->lock);
}

/* ---- life ------------------------------------------------------------------------------- */

static char *read_file(const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;

	if (!f) {
		err_set(e, ERR_INTERNAL, errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(&text, part, n);
	fclose(f);
	return buf_detach(&text);
}

static bool listen_on(struct loopback *l, const struct loopback_options *o, struct err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)o->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
			 (o->own_date ? MHD_USE_SUPPRESS_DATE_NO_CLOCK : 0) | (l->cert ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, l->cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, l->key },
		{ MHD_OPTION_END, 0, NULL },
	};

	l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l, MHD_OPTION_SOCK_ADDR, &at,
				     MHD_OPTION_URI_LOG_CALLBACK, begin_call, l,
				     MHD_OPTION_NOTIFY_COMPLETED, end_call, l,
				     MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
				     MHD_OPTION_ARRAY, l->cert ? tls : tls + 2, MHD_OPTION_END);
	if (!l->daemon)
		return err_set(e, ERR_INTERNAL, 0, "a stand-in cannot listen on port %u", o->port);
	l->port = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	return true;
}

static void release(struct loopback *l)
{
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l->cert);
	free(l->key);
}

bool loopback_start(struct loopback *l, const struct loopback_options *o, loopback_fn *answer, void *ctx,
		    struct err *e)
{
	pthread_condattr_t attr;
	bool ok = true;

	*l = (struct loopback){ .answer = answer, .ctx = ctx };
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (o->cert_file) {
		l->cert = read_file(o->cert_file, e);
		l->key = l->cert ? read_file(o->key_file, e) : NULL;
		ok = l->key != NULL;
	}
	if (ok && listen_on(l, o, e))
		return true;
	release(l);
	return false;
}

void loopback_stop(struct loopback *l)
{
	if (!l->daemon)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	MHD_stop_daemon(l->daemon);
	l->daemon = NULL;
	release(l);
}

bool loopback_pause(struct loopback *l, usec until)
{
	struct timespec t = { .tv_sec = until / USEC_SEC, .tv_nsec = until % USEC_SEC * 1000 };

	return !l->stopping && pthread_cond_timedwait(&l->changed, &l->lock, &t) == 0;
}

usec loopback_in(usec span)
{
	return now_mono() + span;
}
