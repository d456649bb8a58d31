#include "tests/support/pg_wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool wire_read(int fd, void *data, size_t len)
{
	char *p = data;

	while (len > 0) {
		ssize_t n = recv(fd, p, len, 0);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool wire_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_rest(int fd, struct buf *out, uint32_t len)
{
	char *data = malloc(len + 1);
	bool ok = data && wire_read(fd, data, len) && buf_put(out, data, len);

	free(data);
	return ok;
}

char wire_message(int fd, struct buf *payload)
{
	uint32_t len;
	char type;

	buf_clear(payload);
	if (!wire_read(fd, &type, 1) || !wire_read(fd, &len, sizeof(len)))
		return 0;
	return read_rest(fd, payload, ntohl(len) - 4) ? type : 0;
}

/* ---- connections ---- */

static bool read_first(struct wire_conn *c)
{
	uint32_t head[2];

	if (!wire_read(c->fd, head, sizeof(head)))
		return false;
	buf_put(&c->packet, head, sizeof(head));
	c->code = ntohl(head[1]);
	return read_rest(c->fd, &c->packet, ntohl(head[0]) - (uint32_t)sizeof(head));
}

static void *serve(void *arg)
{
	struct wire_conn *c = arg;

	if (read_first(c)) {
		if (c->code == WIRE_CANCEL)
			atomic_fetch_add(&c->server->cancels, 1);
		if (c->code != WIRE_CANCEL || c->server->pass_cancels)
			c->server->script(c);
	}
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct wire_server *s = arg;
	int fd;

	while (s->nconns < WIRE_CONNECTIONS && (fd = accept(s->listener, NULL, NULL)) >= 0) {
		struct wire_conn *c = calloc(1, sizeof(*c));

		c->server = s;
		c->fd = fd;
		s->conns[s->nconns++] = c;
		pthread_create(&c->thread, NULL, serve, c);
	}
	return NULL;
}

bool wire_start(struct wire_server *s, void (*script)(struct wire_conn *), void *ctx)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->script = script;
	s->ctx = ctx;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof(a)) || listen(s->listener, 16) ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len))
		return false;
	s->port = ntohs(a.sin_port);
	snprintf(s->port_text, sizeof(s->port_text), "%u", s->port);
	return pthread_create(&s->thread, NULL, accept_all, s) == 0;
}

void wire_stop(struct wire_server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
	for (size_t i = 0; i < s->nconns; i++) {
		shutdown(s->conns[i]->fd, SHUT_RDWR);
		pthread_join(s->conns[i]->thread, NULL);
		close(s->conns[i]->fd);
		buf_release(&s->conns[i]->packet);
		free(s->conns[i]);
	}
}

/* ---- messages ---- */

void wire_u16(struct buf *b, unsigned v)
{
	uint16_t be = htons((uint16_t)v);

	buf_put(b, &be, sizeof(be));
}

void wire_u32(struct buf *b, uint32_t v)
{
	uint32_t be = htonl(v);

	buf_put(b, &be, sizeof(be));
}

void wire_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s) + 1);
}

size_t wire_open(struct buf *b, char type)
{
	buf_putc(b, type);
	wire_u32(b, 0);
	return b->len - 4;
}

void wire_close(struct buf *b, size_t opened)
{
	uint32_t be = htonl((uint32_t)(b->len - opened));

	memcpy(b->data + opened, &be, sizeof(be));
}

void wire_simple(struct buf *b, char type, const char *text)
{
	size_t m = wire_open(b, type);

	if (text)
		wire_text(b, text);
	wire_close(b, m);
}

void wire_parameter(struct buf *b, const char *name, const char *value)
{
	size_t m = wire_open(b, 'S');

	wire_text(b, name);
	wire_text(b, value);
	wire_close(b, m);
}

void wire_row(struct buf *b, unsigned columns, const char *value)
{
	size_t m = wire_open(b, 'D');

	wire_u16(b, columns);
	for (unsigned i = 0; i < columns; i++) {
		wire_u32(b, (uint32_t)strlen(value));
		buf_puts(b, value);
	}
	wire_close(b, m);
}

void wire_columns(struct buf *b, unsigned columns)
{
	size_t m = wire_open(b, 'T');

	wire_u16(b, columns);
	for (unsigned i = 0; i < columns; i++) {
		wire_text(b, "c");
		wire_u32(b, 0);                 /* table */
		wire_u16(b, 0);                 /* column of it */
		wire_u32(b, 25);                /* text */
		wire_u16(b, 0xffff);            /* length varies */
		wire_u32(b, 0xffffffff);        /* no modifier */
		wire_u16(b, 0);                 /* text format */
	}
	wire_close(b, m);
}

void wire_greeting(struct buf *b)
{
	size_t m = wire_open(b, 'R');

	wire_u32(b, 0);
	wire_close(b, m);
	wire_parameter(b, "server_version", "15.0");
	wire_parameter(b, "client_encoding", "UTF8");
	m = wire_open(b, 'K');
	wire_u32(b, 4711);
	wire_u32(b, 12345);
	wire_close(b, m);
	wire_ready(b, 'I');
}

/* ---- how our client asks ---- */

void wire_ready(struct buf *b, char state)
{
	size_t m = wire_open(b, 'Z');

	buf_putc(b, state);
	wire_close(b, m);
}

void wire_done(struct buf *b, const char *tag)
{
	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	wire_simple(b, 'n', NULL);
	wire_simple(b, 'C', tag);
}

void wire_rows(struct buf *b, unsigned columns)
{
	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	wire_columns(b, columns);
}

void wire_before_statement(struct buf *b)
{
	wire_done(b, "BEGIN");
	wire_rows(b, 1);
	wire_row(b, 1, "guard");
	wire_simple(b, 'C', "SELECT 1");
}

void wire_after_statement(struct buf *b)
{
	wire_ready(b, 'T');
	wire_done(b, "ROLLBACK");
	wire_ready(b, 'I');
}

bool wire_flight(int fd)
{
	struct buf payload = BUF_INIT;
	unsigned syncs = 0;
	char type = 1;

	while (syncs < 2 && type) {
		type = wire_message(fd, &payload);
		syncs += type == 'S';
	}
	buf_release(&payload);
	return syncs == 2;
}
