#include "tests/support/fault_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TOO_LONG_MS = 30000 };

/* False when the server is to stop or the peer has left. */
static bool pause_for(struct fault_server *s, int fd, int ms)
{
	struct pollfd p[] = {
		{ .fd = s->stop, .events = POLLIN }, { .fd = fd, .events = POLLRDHUP },
	};

	return poll(p, 2, ms) == 0;
}

static bool send_all(struct fault_server *s, int fd, const char *data, size_t len)
{
	while (len > 0) {
		struct pollfd p[] = {
			{ .fd = s->stop, .events = POLLIN }, { .fd = fd, .events = POLLOUT },
		};
		ssize_t n;

		if (poll(p, 2, TOO_LONG_MS) <= 0 || p[0].revents)
			return false;
		n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* The body length that a head announces. */
static size_t announced(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");

	return at ? strtoul(at + 17, NULL, 10) : 0;
}

/* One request with its body; false when the peer has left. */
static bool read_request(struct fault_server *s, int fd)
{
	char text[sizeof(s->request)];
	size_t len = 0, need = 0;

	while (need == 0 || len < need) {
		struct pollfd p[] = {
			{ .fd = s->stop, .events = POLLIN }, { .fd = fd, .events = POLLIN },
		};
		ssize_t n;
		char *end;

		if (len + 1 == sizeof(text) || poll(p, 2, TOO_LONG_MS) <= 0 || p[0].revents)
			return false;
		n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		if (end)
			need = (size_t)(end + 4 - text) + announced(text);
	}
	pthread_mutex_lock(&s->lock);
	memcpy(s->request, text, len + 1);
	pthread_mutex_unlock(&s->lock);
	atomic_fetch_add(&s->requests, 1);
	return true;
}

static void reset_at_close(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* The script of the next request, NULL to close. */
static const struct fault_step *play(struct fault_server *s, int fd, const struct fault_step *st)
{
	for (; st->send || st->reset; st++) {
		unsigned times = st->times ? st->times : 1;

		if (st->gap_ms && times == 1 && !pause_for(s, fd, st->gap_ms))
			return NULL;
		if (st->reset) {
			reset_at_close(fd);
			return NULL;
		}
		for (unsigned i = 0; i < times; i++) {
			if (times > 1 && st->gap_ms && !pause_for(s, fd, st->gap_ms))
				return NULL;
			if (!send_all(s, fd, st->send, st->len ? st->len : strlen(st->send)))
				return NULL;
		}
	}
	return st->then;
}

static void serve(struct fault_server *s, int fd)
{
	const struct fault_step *script = s->script;

	if (s->mute)
		pause_for(s, fd, TOO_LONG_MS);
	while (script && read_request(s, fd))
		script = play(s, fd, script);
	close(fd);
}

/* One connection at a time is enough. */
static void *run(void *arg)
{
	struct fault_server *s = arg;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = s->stop, .events = POLLIN },
			{ .fd = s->listener, .events = POLLIN },
		};
		int fd;

		poll(p, 2, -1);
		if (p[0].revents)
			return NULL;
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		atomic_fetch_add(&s->connections, 1);
		serve(s, fd);
	}
}

static void start(struct fault_server *s)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(a);

	pthread_mutex_init(&s->lock, NULL);
	s->stop = eventfd(0, EFD_CLOEXEC);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof(a)) || listen(s->listener, 8) ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len) ||
	    pthread_create(&s->thread, NULL, run, s))
		abort();
	s->port = ntohs(a.sin_port);
}

void fault_start(struct fault_server *s, const struct fault_step *script)
{
	memset(s, 0, sizeof(*s));
	s->script = script;
	start(s);
}

void fault_start_mute(struct fault_server *s)
{
	memset(s, 0, sizeof(*s));
	s->mute = true;
	start(s);
}

void fault_stop(struct fault_server *s)
{
	eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	close(s->listener);
	close(s->stop);
	pthread_mutex_destroy(&s->lock);
}
