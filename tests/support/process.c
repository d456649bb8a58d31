#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { PATH_ROOM = 512, STOP_SECONDS = 10 };

static const struct passwd *nobody(void)
{
	return geteuid() == 0 ? getpwnam("nobody") : NULL;
}

/* Between fork and exec: only reports what failed, through `report`. */
static void become(const char *const argv[], const char *dir, const struct passwd *user,
		   pid_t parent, int report)
{
	char path[PATH_ROOM];
	sigset_t none;
	int out;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	snprintf(path, sizeof(path), "%s/output", dir);
	if (user && (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)))
		goto failed;
	/* After setuid(), which clears it; the parent may be gone already. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (out < 0 || chdir(dir))
		goto failed;
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	dup2(out, 2);
	setenv("HOME", dir, 1);
	execvp(argv[0], (char *const *)(const void *)argv);
failed:
	(void)!write(report, &errno, sizeof(errno));
	_exit(127);
}

bool child_start(struct child *c, const char *const argv[], const char *dir, struct err *e)
{
	const struct passwd *user = nobody();
	pid_t parent = getpid();
	int report[2], why = 0;

	c->pid = 0;
	if (pipe2(report, O_CLOEXEC))
		return err_set(e, ERR_INTERNAL, errno, "pipe: %s", strerror(errno));
	c->pid = fork();
	if (c->pid == 0)
		become(argv, dir, user, parent, report[1]);
	close(report[1]);
	/* Ends with end of file when the exec closed the other side. */
	if (c->pid > 0 && read(report[0], &why, sizeof(why)) > 0) {
		waitpid(c->pid, NULL, 0);
		c->pid = 0;
	}
	close(report[0]);
	if (c->pid > 0)
		return true;
	c->pid = 0;
	return err_set(e, ERR_INTERNAL, why, "cannot run %s: %s", argv[0], strerror(why));
}

static bool tail_err(const char *program, int status, const char *dir, struct err *e)
{
	char path[PATH_ROOM], text[1024];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/output", dir);
	f = fopen(path, "re");
	if (f) {
		if (fseek(f, -(long)sizeof(text) / 2, SEEK_END))
			rewind(f);
		n = fread(text, 1, sizeof(text), f);
		fclose(f);
	}
	return err_set(e, ERR_INTERNAL, status, "%s ended with %d: %.*s", program,
		       WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), (int)n, text);
}

bool child_run(const char *const argv[], const char *dir, struct err *e)
{
	struct child c;
	int status;

	if (!child_start(&c, argv, dir, e))
		return false;
	waitpid(c.pid, &status, 0);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	       tail_err(argv[0], status, dir, e);
}

/* Its end is an event on a descriptor. */
static bool wait_end(pid_t pid, int ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	close(fd);
	return n > 0;
}

void child_stop_by(struct child *c, int signal)
{
	if (c->pid <= 0)
		return;
	kill(-c->pid, signal);
	if (!wait_end(c->pid, STOP_SECONDS * 1000))
		kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	/* What it left behind in its group. */
	kill(-c->pid, SIGKILL);
	c->pid = 0;
}

void child_stop(struct child *c)
{
	child_stop_by(c, SIGTERM);
}

bool child_alive(struct child *c)
{
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid)
		c->pid = 0;
	return c->pid > 0;
}

static struct sockaddr_in loopback(unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

/* Other test programs look for ports at the same time: each begins somewhere
 * else, below the range that the kernel gives out for outgoing connections. */
unsigned free_port(void)
{
	enum { FIRST = 20000, COUNT = 12000 };
	static unsigned next;

	if (next == 0)
		next = (unsigned)getpid() * 37 % COUNT;
	for (unsigned tries = 0; tries < COUNT; tries++) {
		unsigned port = FIRST + next++ % COUNT;
		struct sockaddr_in a = loopback(port);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool ok = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

		close(fd);
		if (ok)
			return port;
	}
	return 0;
}

static bool accepts(unsigned port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

bool port_wait(unsigned port, struct child *c, unsigned seconds)
{
	usec end = now_mono() + seconds * USEC_SEC;

	while (!accepts(port)) {
		if (c && !child_alive(c))
			return false;
		if (now_mono() > end)
			return false;
		/* No event tells that another process listens: look again soon. */
		if (c)
			wait_end(c->pid, 20);
		else
			poll(NULL, 0, 20);
	}
	return true;
}

char *temp_dir(const char *name, struct err *e)
{
	const struct passwd *user = nobody();
	char path[PATH_ROOM];

	snprintf(path, sizeof(path), "/tmp/sextant-%s-XXXXXX", name);
	if (!mkdtemp(path) || (user && chown(path, user->pw_uid, user->pw_gid))) {
		err_set(e, ERR_INTERNAL, errno, "cannot make %s: %s", path, strerror(errno));
		return NULL;
	}
	return strdup(path);
}

bool temp_home(char *out, size_t size, const char *name)
{
	struct err e = { 0 };
	char *dir = temp_dir(name, &e);

	if (!dir) {
		fprintf(stderr, "%s\n", e.text);
		return false;
	}
	snprintf(out, size, "%s", dir);
	free(dir);
	return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	remove(path);
	return 0;
}

void temp_dir_remove(const char *dir)
{
	if (dir && strncmp(dir, "/tmp/sextant-", 13) == 0)
		nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool temp_file(const char *dir, const char *name, const char *text, mode_t mode, struct err *e)
{
	const struct passwd *user = nobody();
	char path[PATH_ROOM];
	size_t len = strlen(text);
	bool ok;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ok = fd >= 0 && write(fd, text, len) == (ssize_t)len && fchmod(fd, mode) == 0 &&
	     (!user || fchown(fd, user->pw_uid, user->pw_gid) == 0);
	if (fd >= 0)
		close(fd);
	return ok || err_set(e, ERR_INTERNAL, errno, "cannot write %s: %s", path, strerror(errno));
}
