#include "base/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/spawn.h"

enum { ARGS_MAX = 64, TIME_LIMIT_S = 10 };

/* Splits in place; the words point into `line`. */
static bool split(char *line, char *argv[static ARGS_MAX + 1], struct err *e)
{
	size_t n = 0;
	char *to = line, quote = '\0';
	bool in_word = false;

	for (const char *p = line; *p; p++) {
		if (!in_word && !quote && *p == ' ')
			continue;
		if (!in_word && n == ARGS_MAX)
			return err_set(e, ERR_CONFIG, 0, "a secret command has over %d words",
				       (int)ARGS_MAX);
		if (!in_word)
			argv[n++] = to;
		in_word = true;
		if (quote ? *p == quote : *p == '\'' || *p == '"') {
			quote = quote ? '\0' : *p;
		} else if (!quote && *p == ' ') {
			*to++ = '\0';
			in_word = false;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	argv[n] = NULL;
	if (quote)
		return err_set(e, ERR_CONFIG, 0, "a secret command has an open quote");
	return n > 0 || err_set(e, ERR_CONFIG, 0, "a secret command is empty");
}

struct run {
	const char *program;
	int out, pidfd;     /* out is -1 at the end of the output */
	char *buf;
	size_t size, len;
	usec deadline;
	bool own;           /* the deadline is the limit of helpers, not the caller's */
	struct cancel *cancel;
};

/* False when nothing more is there for now; closes the pipe at its end. */
static bool take_output(struct run *r)
{
	ssize_t n;

	if (r->out < 0 || r->len == r->size)
		return false;
	n = read(r->out, r->buf + r->len, r->size - r->len);
	if (n > 0) {
		r->len += (size_t)n;
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0 || errno != EAGAIN) {
		close(r->out);
		r->out = -1;
	}
	return false;
}

static bool late(const struct run *r, struct err *e)
{
	if (r->own)
		return err_set(e, ERR_TIMEOUT, 0, "the secret command took over %d s: %s",
			       (int)TIME_LIMIT_S, r->program);
	return err_set(e, ERR_TIMEOUT, 0, "deadline passed (secret command): %s", r->program);
}

/* Reads until the helper has ended or gave more than is wanted. A child that
 * it left behind with the pipe open is not waited for. */
static bool collect(struct run *r, struct err *e)
{
	for (;;) {
		struct pollfd on[] = { { .fd = r->pidfd, .events = POLLIN },
				       { .fd = r->out, .events = POLLIN },
				       { .fd = r->cancel ? r->cancel->fd : -1, .events = POLLIN } };
		usec left = r->deadline - now_mono();

		if (cancel_fired(r->cancel))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		if (left <= 0)
			return late(r, e);
		if (poll(on, 3, (int)(left / USEC_MS) + 1) < 0 && errno != EINTR)
			return err_set(e, ERR_INTERNAL, errno, "cannot wait: %s", strerror(errno));
		while (take_output(r))
			;
		if (r->len == r->size || on[0].revents)
			return true;
	}
}

/* A helper that was stopped for talking too much has no status to judge. */
static bool check_status(const struct run *r, int status, struct err *e)
{
	if (r->len == r->size)
		return true;
	if (WIFSIGNALED(status))
		return err_set(e, ERR_CONFIG, 0, "the secret command was ended by signal %d: %s",
			       WTERMSIG(status), r->program);
	if (WEXITSTATUS(status) != 0)
		return err_set(e, ERR_CONFIG, 0, "the secret command ended with status %d: %s",
			       WEXITSTATUS(status), r->program);
	return true;
}

static bool attend(struct run *r, pid_t pid, struct err *e)
{
	bool ok;
	int status = 0;

	r->pidfd = pidfd_open(pid, 0);
	if (r->pidfd < 0)
		ok = err_set(e, ERR_INTERNAL, errno, "cannot watch the secret command: %s",
			     strerror(errno));
	else
		ok = collect(r, e);
	if (!ok || r->len == r->size)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r->pidfd >= 0)
		close(r->pidfd);
	return ok && check_status(r, status, e);
}

static bool run_words(char *const argv[], struct run *r, struct err *e)
{
	int ends[2], rc;
	pid_t pid;
	bool ok;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_INTERNAL, errno, "cannot run a command: %s", strerror(errno));
	r->out = ends[0];
	(void)!fcntl(r->out, F_SETFL, O_NONBLOCK);
	rc = spawn_program(&(struct spawn){ .argv = argv, .in = -1, .out = ends[1], .err = -1 }, &pid);
	close(ends[1]);
	if (rc != 0)
		ok = err_set(e, ERR_CONFIG, rc, "cannot run the secret command: %s: %s",
			     strerror(rc), r->program);
	else
		ok = attend(r, pid, e);
	if (r->out >= 0)
		close(r->out);
	return ok;
}

bool helper_run(const char *line, char *out, size_t size, size_t *len, usec deadline,
		struct cancel *cancel, struct err *e)
{
	usec limit = now_mono() + TIME_LIMIT_S * USEC_SEC;
	struct run r = {
		.buf = out,
		.size = size,
		.own = deadline == TIME_NONE || deadline >= limit,
		.cancel = cancel,
	};
	char *argv[ARGS_MAX + 1];
	char *words = strdup(line);
	bool ok;

	*len = 0;
	r.deadline = r.own ? limit : deadline;
	if (!words)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a command");
	ok = split(words, argv, e);
	if (ok) {
		r.program = argv[0];
		ok = run_words(argv, &r, e);
	}
	*len = r.len;
	free(words);
	return ok;
}

/* ---- feeding ---- */

struct feed {
	const char *program, *data;
	size_t len;
	int in, pidfd;      /* in is -1 once all is given */
	usec deadline;
};

static void end_input(struct feed *f)
{
	if (f->in >= 0)
		close(f->in);
	f->in = -1;
}

/* A helper that does not read on is judged by its status. */
static void give_input(struct feed *f)
{
	ssize_t n = send(f->in, f->data, f->len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		f->data += n;
		f->len -= (size_t)n;
	}
	if (n < 0 || f->len == 0)
		end_input(f);
}

static bool feed_all(struct feed *f, struct err *e)
{
	for (;;) {
		struct pollfd on[] = { { .fd = f->pidfd, .events = POLLIN },
				       { .fd = f->in, .events = POLLOUT } };
		usec left = f->deadline - now_mono();

		if (left <= 0)
			return err_set(e, ERR_TIMEOUT, 0, "%s did not end in time", f->program);
		if (poll(on, 2, (int)(left / USEC_MS) + 1) < 0 && errno != EINTR)
			return err_set(e, ERR_INTERNAL, errno, "cannot wait: %s", strerror(errno));
		if (on[0].revents)
			return true;
		if (on[1].revents)
			give_input(f);
	}
}

static bool attend_feed(struct feed *f, pid_t pid, struct err *e)
{
	int status = 0;
	bool ok;

	f->pidfd = pidfd_open(pid, 0);
	ok = f->pidfd >= 0 ? feed_all(f, e)
			   : err_set(e, ERR_INTERNAL, errno, "cannot watch %s: %s", f->program,
				     strerror(errno));
	if (!ok)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (f->pidfd >= 0)
		close(f->pidfd);
	if (ok && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return err_set(e, ERR_CONFIG, 0, "%s failed", f->program);
	return ok;
}

bool helper_feed(const char *const argv[], const char *data, size_t len, int ms, struct err *e)
{
	struct feed f = { .program = argv[0], .data = data, .len = len,
			  .deadline = now_mono() + ms * USEC_MS };
	int ends[2], rc;
	pid_t pid;
	bool ok;

	/* A socket and not a pipe: sending to one that ended raises no signal. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return err_set(e, ERR_INTERNAL, errno, "cannot run a command: %s", strerror(errno));
	f.in = ends[0];
	rc = spawn_program(&(struct spawn){ .argv = (char *const *)(uintptr_t)argv, .in = ends[1],
					    .out = -1, .err = -1 }, &pid);
	close(ends[1]);
	if (len == 0)
		end_input(&f);
	ok = rc == 0 ? attend_feed(&f, pid, e)
		     : err_set(e, ERR_CONFIG, rc, "cannot run %s: %s", f.program, strerror(rc));
	end_input(&f);
	return ok;
}
