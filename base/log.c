#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

enum { FILE_MAX = 10 << 20, FILES = 3, LINE_MAX_BYTES = 4096 };

static struct {
	pthread_mutex_t lock;
	atomic_bool on;
	int fd;
	off_t size;
	char *path;
} the_log = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

static int open_file(const char *path, off_t *size, struct err *e)
{
	/* O_NONBLOCK: a FIFO at this place must not stop the program. */
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
		      O_NOCTTY, 0600);
	struct stat st;

	if (fd < 0) {
		err_set(e, ERR_CONFIG, errno, "cannot open the log: %s: %s", strerror(errno), path);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    ((st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0)) {
		*size = st.st_size;
		return fd;
	}
	err_set(e, ERR_CONFIG, 0, "the log is not a regular file of yours: %s", path);
	close(fd);
	return -1;
}

static void close_locked(void)
{
	atomic_store(&the_log.on, false);
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = -1;
	free(the_log.path);
	the_log.path = NULL;
}

bool log_open(const char *path, struct err *e)
{
	off_t size = 0;
	char *copy = strdup(path);
	int fd;

	if (!copy)
		return err_set(e, ERR_MEMORY, 0, "out of memory for the log");
	fd = open_file(path, &size, e);
	if (fd < 0) {
		free(copy);
		return false;
	}
	pthread_mutex_lock(&the_log.lock);
	close_locked();
	the_log.fd = fd;
	the_log.size = size;
	the_log.path = copy;
	atomic_store(&the_log.on, true);
	pthread_mutex_unlock(&the_log.lock);
	return true;
}

void log_close(void)
{
	pthread_mutex_lock(&the_log.lock);
	close_locked();
	pthread_mutex_unlock(&the_log.lock);
}

static bool old_name(struct buf *b, int age)
{
	buf_clear(b);
	return age == 0 ? buf_puts(b, the_log.path) : buf_printf(b, "%s.%d", the_log.path, age);
}

/* path.1 becomes path.2, path becomes path.1. Without a new file the log ends. */
static void rotate(void)
{
	struct buf from = BUF_INIT, to = BUF_INIT;
	bool ok = true;

	for (int age = FILES - 1; ok && age > 0; age--) {
		ok = old_name(&to, age) && old_name(&from, age - 1) &&
		     (rename(from.data, to.data) == 0 || errno == ENOENT);
	}
	buf_release(&from);
	buf_release(&to);
	close(the_log.fd);
	the_log.fd = ok ? open_file(the_log.path, &the_log.size, NULL) : -1;
	if (the_log.fd < 0)
		close_locked();
}

/* One write for a line, so that lines of two processes do not mix. */
static void put_line(const char *line, size_t len)
{
	ssize_t n;

	if (the_log.fd >= 0 && the_log.size + (off_t)len > FILE_MAX)
		rotate();
	if (the_log.fd < 0)
		return;
	n = write(the_log.fd, line, len);
	if (n > 0)
		the_log.size += n;
}

void log_line(const char *fmt, ...)
{
	char stamp[TIME_TEXT_MAX], raw[LINE_MAX_BYTES];
	struct buf line = BUF_INIT;
	va_list ap;
	int n;

	if (!atomic_load_explicit(&the_log.on, memory_order_relaxed))
		return;
	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	buf_printf(&line, "%s ", time_iso(stamp, now_wall(), true));
	buf_put_safe(&line, raw, strlen(raw));
	buf_putc(&line, '\n');
	if (!line.failed) {
		pthread_mutex_lock(&the_log.lock);
		put_line(line.data, line.len);
		pthread_mutex_unlock(&the_log.lock);
	}
	buf_release(&line);
}
