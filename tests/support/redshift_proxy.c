#include "tests/support/redshift_proxy.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_upstream(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void forward(int fd, char type, const struct buf *payload)
{
	struct buf b = BUF_INIT;
	size_t m = wire_open(&b, type);

	buf_put(&b, buf_str(payload), payload->len);
	wire_close(&b, m);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static bool contains(const char *sql, const char *words)
{
	return strcasestr(sql, words) != NULL;
}

/* PostgreSQL takes any setting with a dot; and an unknown one without is an error. */
static const char *translate(const struct redshift_proxy *p, const char *sql)
{
	static const char *const unknown[] = {
		"lock_timeout", "idle_in_transaction", "application_name", "set_config",
		"default_transaction_read_only", "clock_timestamp",
	};

	if (strcmp(sql, "SET readonly=1") == 0)
		return p->knows_readonly ? "SET sextant.readonly=1" : sql;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (contains(sql, unknown[i]))
			return "SET unknown_to_redshift=1";
	return sql;
}

/* Parse: statement name, text, types. */
static void forward_parse(struct redshift_proxy *p, int fd, const struct buf *payload)
{
	const char *name = payload->data, *sql = name + strlen(name) + 1;
	size_t after = (size_t)(sql - name) + strlen(sql) + 1;
	struct buf b = BUF_INIT;

	pthread_mutex_lock(&p->lock);
	buf_printf(&p->seen, "%s\n", sql);
	pthread_mutex_unlock(&p->lock);
	wire_text(&b, name);
	wire_text(&b, translate(p, sql));
	buf_put(&b, payload->data + after, payload->len - after);
	forward(fd, 'P', &b);
	buf_release(&b);
}

static void forward_parameter(int fd, const struct buf *payload)
{
	const char *name = payload->data;
	struct buf b = BUF_INIT;

	if (strcmp(name, "standard_conforming_strings") == 0)
		return;
	if (strcmp(name, "server_version") == 0)
		wire_parameter(&b, name, "8.0.2");
	else if (strstr(name, "_encoding"))
		wire_parameter(&b, name, "UNICODE");
	else
		wire_parameter(&b, name, name + strlen(name) + 1);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static void pump(struct redshift_proxy *p, int client, int upstream)
{
	struct pollfd on[] = { { .fd = client, .events = POLLIN },
			       { .fd = upstream, .events = POLLIN } };
	struct buf payload = BUF_INIT;
	char type = 1;

	while (type && poll(on, 2, -1) > 0) {
		bool from_client = on[0].revents != 0;

		type = wire_message(from_client ? client : upstream, &payload);
		if (!type)
			break;
		if (from_client && type == 'P')
			forward_parse(p, upstream, &payload);
		else if (!from_client && type == 'S')
			forward_parameter(client, &payload);
		else
			forward(from_client ? upstream : client, type, &payload);
	}
	buf_release(&payload);
}

static void ask_for_method(int fd, uint32_t method)
{
	static const char salt[64];
	struct buf b = BUF_INIT;
	size_t m = wire_open(&b, 'R');

	wire_u32(&b, method);
	buf_put(&b, salt, sizeof(salt));
	wire_close(&b, m);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static void note_options(struct redshift_proxy *p, const struct buf *packet)
{
	static const char key[] = "\0options";
	const char *found = memmem(packet->data, packet->len, key, sizeof(key));

	pthread_mutex_lock(&p->lock);
	snprintf(p->options, sizeof(p->options), "%s", found ? found + sizeof(key) : "");
	pthread_mutex_unlock(&p->lock);
}

static void script(struct wire_conn *c)
{
	struct redshift_proxy *p = c->server->ctx;
	int upstream;

	if (c->code == WIRE_STARTUP)
		note_options(p, &c->packet);
	if (p->auth) {
		ask_for_method(c->fd, p->auth);
		return;
	}
	upstream = connect_upstream(p->upstream);
	if (upstream < 0)
		return;
	wire_write(upstream, c->packet.data, c->packet.len);
	if (c->code == WIRE_STARTUP) {
		pump(p, c->fd, upstream);
	} else {
		char end;

		/* A cancel request: over when the server closes. */
		wire_read(upstream, &end, 1);
	}
	close(upstream);
}

bool redshift_proxy_start(struct redshift_proxy *p, unsigned upstream, uint32_t auth,
			  bool knows_readonly)
{
	*p = (struct redshift_proxy){ .upstream = upstream, .auth = auth, .knows_readonly = knows_readonly };
	pthread_mutex_init(&p->lock, NULL);
	if (!wire_start(&p->wire, script, p))
		return false;
	p->wire.pass_cancels = true;
	return true;
}

void redshift_proxy_stop(struct redshift_proxy *p)
{
	wire_stop(&p->wire);
	buf_release(&p->seen);
	pthread_mutex_destroy(&p->lock);
}
