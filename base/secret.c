#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/helper.h"

/* The environment as it was at start. Written once before threads exist. */
static struct sealed {
	char *name;
	struct secret value;
} *sealed;
static size_t nsealed;

/* What a secret's memory begins with. All are known, so that they can be hidden in texts. */
struct held {
	struct held *next;
	size_t len;
	char text[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct held *all_held;   /* the longest first: one may be the beginning of another */

static size_t mapped_size(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (sizeof(struct held) + len + 1 + page - 1) / page * page;
}

static void hold(struct held *h)
{
	struct held **at = &all_held;

	pthread_mutex_lock(&lock);
	while (*at && (*at)->len > h->len)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	pthread_mutex_unlock(&lock);
}

static void let_go(struct held *h)
{
	struct held **at = &all_held;

	pthread_mutex_lock(&lock);
	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	pthread_mutex_unlock(&lock);
}

bool secret_set(struct secret *s, const char *data, size_t len, struct err *e)
{
	struct held *h;
	void *p;

	if (len > SECRET_MAX)
		return err_set(e, ERR_LIMIT, 0, "a secret is over %d bytes", (int)SECRET_MAX);
	if (len > 0 && memchr(data, '\0', len))
		return err_set(e, ERR_CONFIG, 0, "a secret contains a NUL byte");
	if (len == 0) {
		secret_release(s);
		return true;
	}
	p = mmap(NULL, mapped_size(len), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	if (p == MAP_FAILED)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a secret");
	/* Both may be refused by a limit; the secret is still usable then. */
	(void)!mlock(p, mapped_size(len));
	(void)!madvise(p, mapped_size(len), MADV_DONTDUMP);
	h = p;
	h->len = len;
	memcpy(h->text, data, len);
	hold(h);
	secret_release(s);
	s->data = h->text;
	s->len = len;
	return true;
}

void secret_release(struct secret *s)
{
	if (s->data) {
		struct held *h = (void *)(s->data - offsetof(struct held, text));
		size_t size = mapped_size(s->len);

		let_go(h);
		explicit_bzero(h, size);
		munmap(h, size);
	}
	*s = (struct secret)SECRET_INIT;
}

/* Keeps what a file or a helper gave, less one trailing newline. */
static bool keep(struct secret *s, const char *buf, size_t len, const char *what,
		 const char *name, struct err *e)
{
	if (len > SECRET_MAX)
		return err_set(e, ERR_LIMIT, 0, "the secret is over %d bytes: %s %s",
			       (int)SECRET_MAX, what, name);
	if (len > 0 && buf[len - 1] == '\n')
		len--;
	if (len == 0)
		return err_set(e, ERR_CONFIG, 0, "the secret is empty: %s %s", what, name);
	return secret_set(s, buf, len, e);
}

static bool read_env(struct secret *s, const char *name, struct err *e)
{
	const char *value = secret_env(name);

	if (!value)
		return err_set(e, ERR_CONFIG, 0, "the environment variable %s is not set", name);
	if (!*value)
		return err_set(e, ERR_CONFIG, 0, "the environment variable %s is empty", name);
	return secret_set(s, value, strlen(value), e);
}

static bool check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_CONFIG, errno, "cannot read the secret file: %s: %s",
			       strerror(errno), path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, 0, "the secret file is not a regular file: %s", path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG, 0, "the secret file is not owned by you: %s", path);
	if (st.st_mode & 077)
		return err_set(e, ERR_CONFIG, 0, "the secret file is open to others (mode %04o), "
			       "run: chmod 600 %s", (unsigned)st.st_mode & 07777, path);
	return true;
}

static bool read_fd(int fd, const char *path, char *out, size_t size, size_t *len, struct err *e)
{
	for (*len = 0; *len < size;) {
		ssize_t n = read(fd, out + *len, size - *len);

		if (n == 0)
			break;
		if (n > 0)
			*len += (size_t)n;
		else if (errno != EINTR)
			return err_set(e, ERR_CONFIG, errno, "cannot read the secret file: %s: %s",
				       strerror(errno), path);
	}
	return true;
}

bool secret_file(const char *path, char *out, size_t size, size_t *len, struct err *e)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok;

	*len = 0;
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_CONFIG, ELOOP, "the secret file is a symbolic link: %s", path);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, errno, "cannot open the secret file: %s: %s",
			       strerror(errno), path);
	ok = check_file(fd, path, e) && read_fd(fd, path, out, size, len, e);
	close(fd);
	return ok;
}

static bool read_file(struct secret *s, const char *path, struct err *e)
{
	char buf[SECRET_MAX + 2]; /* one for the newline, one to see that it is too long */
	size_t len;
	bool ok = secret_file(path, buf, sizeof(buf), &len, e) && keep(s, buf, len, "file", path, e);

	explicit_bzero(buf, sizeof(buf));
	return ok;
}

static bool read_command(struct secret *s, const char *line, usec deadline, struct cancel *c,
			 struct err *e)
{
	char buf[SECRET_MAX + 2];
	size_t len = 0;
	bool ok = helper_run(line, buf, sizeof(buf), &len, deadline, c, e) &&
		  keep(s, buf, len, "output of the secret command", "", e);

	explicit_bzero(buf, sizeof(buf));
	return ok;
}

static bool scheme_is(const char *ref, const char *scheme)
{
	return strncmp(ref, scheme, strlen(scheme)) == 0;
}

bool secret_read_until(struct secret *s, const char *ref, usec deadline, struct cancel *c, struct err *e)
{
	const char *what = ref + strcspn(ref, ":") + 1;

	if (scheme_is(ref, "env:"))
		return read_env(s, what, e);
	if (scheme_is(ref, "file:"))
		return read_file(s, what, e);
	if (scheme_is(ref, "command:"))
		return read_command(s, what, deadline, c, e);
	/* The text itself may be a secret that somebody put here by mistake. */
	return err_set(e, ERR_CONFIG, 0,
		       "a secret must be env:NAME, file:PATH or command:PROGRAM ARGUMENTS");
}

bool secret_read(struct secret *s, const char *ref, struct err *e)
{
	return secret_read_until(s, ref, TIME_NONE, NULL, e);
}

static bool seal_one(const char *name)
{
	struct sealed *grown = reallocarray(sealed, nsealed + 1, sizeof(*sealed));
	char *value = getenv(name);
	struct sealed *s;

	if (!grown)
		return false;
	sealed = grown;
	s = &sealed[nsealed];
	*s = (struct sealed){ .name = strdup(name) };
	if (!s->name || !secret_set(&s->value, value, strlen(value), NULL)) {
		free(s->name);
		return false;
	}
	nsealed++;
	return true;
}

void secret_seal_env(const char *const *names, size_t count)
{
	/* What libraries copied, no memory of ours is locked for. */
	prctl(PR_SET_DUMPABLE, 0);
	for (size_t i = 0; i < count; i++) {
		char *value = getenv(names[i]);

		/* What cannot be taken over stays readable where it is. */
		if (!value || !seal_one(names[i]))
			continue;
		explicit_bzero(value, strlen(value));
		unsetenv(names[i]);
	}
}

const char *secret_env(const char *name)
{
	for (size_t i = 0; i < nsealed; i++) {
		if (strcmp(sealed[i].name, name) == 0)
			return sealed[i].value.data ? sealed[i].value.data : "";
	}
	return getenv(name);
}

enum { TELLING = 8 };           /* bytes: a shorter one may be a word */

/* `text` without what is hidden of it. */
static size_t hide(struct buf *text, const struct held *s, const char *instead)
{
	const char *at = buf_str(text), *end = at + text->len, *hit;
	struct buf out = BUF_INIT;
	size_t found = 0;

	if (s->len < TELLING)
		return 0;
	while ((hit = memmem(at, (size_t)(end - at), s->text, s->len))) {
		buf_put(&out, at, (size_t)(hit - at));
		buf_puts(&out, instead);
		at = hit + s->len;
		found++;
	}
	if (found > 0) {
		buf_put(&out, at, (size_t)(end - at));
		buf_release(text);
		*text = out;
	}
	return found;
}

size_t secret_hide(struct buf *text, const char *instead)
{
	size_t found = 0;

	pthread_mutex_lock(&lock);
	for (const struct held *h = all_held; h; h = h->next)
		found += hide(text, h, instead);
	pthread_mutex_unlock(&lock);
	return found;
}

bool secret_named(const char *word)
{
	static const char *const names[] = {
		"password", "passwd", "token", "secret", "apikey", "api-key", "api_key", "-pass", "_pass",
	};
	const char *name = word + strspn(word, "-");
	size_t len = strcspn(name, "=");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (n <= len && strncasecmp(name + len - n, names[i], n) == 0)
			return true;
	}
	return len == 4 && strncasecmp(name, "pass", 4) == 0;
}
