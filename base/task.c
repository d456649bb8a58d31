#include "base/task.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"

enum { READ_STEP = 64 << 10, DRAIN_STEPS = 16, FLOOD_PAUSE_MS = 20, PIPE_SIZE = 1 << 20 };

enum wish { WISH_NONE, WISH_END, WISH_KILL };

struct task {
	pthread_t thread;
	char **argv, **env;
	usec limit;
	int tell, asked;         /* asked: an eventfd, the owner has a wish */

	pthread_mutex_t lock;    /* of what follows */
	enum wish wish;
	struct task_report report;
	struct buf output;
};

/* What only the thread knows. */
struct attendance {
	struct task *task;
	pid_t pid;
	int out, pidfd;          /* out is -1 at the end of the output */
	usec late, kill, told;   /* monotonic; TIME_NONE = never */
	bool news;
};

/* ---- words ---------------------------------------------------------------------------- */

void task_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

char **task_words_copy(char *const *words)
{
	size_t n = 0;
	char **copy;

	while (words[n])
		n++;
	copy = calloc(n + 1, sizeof *copy);
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = strdup(words[i]);
		if (!copy[i]) {
			task_words_free(copy);
			return NULL;
		}
	}
	return copy;
}

/* ---- the thread ------------------------------------------------------------------------- */

static void wake(int fd)
{
	static const uint64_t one = 1;

	(void)!write(fd, &one, sizeof one);
}

static void tell(struct attendance *a)
{
	if (!a->news || (a->told != TIME_NONE && now_mono() < a->told + TASK_TELL_MS * USEC_MS))
		return;
	a->news = false;
	a->told = now_mono();
	wake(a->task->tell);
}

static void keep(struct attendance *a, const char *data, size_t len)
{
	struct task *t = a->task;
	size_t room;

	pthread_mutex_lock(&t->lock);
	room = TASK_OUTPUT_MAX - t->output.len;
	if (buf_put(&t->output, data, len < room ? len : room))
		t->report.kept = t->output.len;
	t->report.written += len;
	pthread_mutex_unlock(&t->lock);
	a->news = true;
}

/* False when nothing more is there for now. */
static bool read_some(struct attendance *a)
{
	char part[READ_STEP];
	ssize_t n;

	if (a->out < 0)
		return false;
	n = read(a->out, part, sizeof part);
	if (n > 0)
		keep(a, part, (size_t)n);
	if (n > 0 || (n < 0 && errno == EINTR))
		return true;
	if (n == 0 || errno != EAGAIN) {
		close(a->out);
		a->out = -1;
	}
	return false;
}

static void end_group(struct attendance *a, int signo, usec kill_at)
{
	kill(-a->pid, signo);
	/* One that was stopped hears nothing else. */
	kill(-a->pid, SIGCONT);
	a->kill = kill_at;
}

static void take_wish(struct attendance *a)
{
	struct task *t = a->task;
	uint64_t any;
	enum wish wish;

	(void)!read(t->asked, &any, sizeof any);
	pthread_mutex_lock(&t->lock);
	wish = t->wish;
	t->report.cancelled |= wish != WISH_NONE;
	pthread_mutex_unlock(&t->lock);
	if (wish == WISH_KILL)
		kill(-a->pid, SIGKILL);
	else if (wish == WISH_END && a->kill == TIME_NONE)
		end_group(a, SIGTERM, now_mono() + TASK_GRACE_MS * USEC_MS);
}

static void check_time(struct attendance *a)
{
	if (a->kill != TIME_NONE && now_mono() >= a->kill) {
		kill(-a->pid, SIGKILL);
		a->kill = TIME_NONE;
		a->late = TIME_NONE;
	}
	if (a->late == TIME_NONE || now_mono() < a->late)
		return;
	a->late = TIME_NONE;
	pthread_mutex_lock(&a->task->lock);
	a->task->report.late = true;
	pthread_mutex_unlock(&a->task->lock);
	end_group(a, SIGTERM, now_mono() + TASK_GRACE_MS * USEC_MS);
}

static void earlier(usec *wait, usec when)
{
	usec left = when == TIME_NONE ? *wait : when - now_mono();

	if (when != TIME_NONE && (*wait < 0 || left < *wait))
		*wait = left > 0 ? left : 0;
}

static int wait_ms(const struct attendance *a)
{
	usec wait = -1;

	earlier(&wait, a->late);
	earlier(&wait, a->kill);
	if (a->news)
		earlier(&wait, a->told + TASK_TELL_MS * USEC_MS);
	if (wait < 0)
		return -1;
	return wait > USEC_MIN ? 60000 : (int)((wait + USEC_MS - 1) / USEC_MS);
}

static bool flooding(const struct attendance *a)
{
	return a->task->output.len >= TASK_OUTPUT_MAX;
}

/* Until the program has ended. What floods is read in pauses, or it would cost as much
 * of the machine as the program itself. */
static void attend(struct attendance *a)
{
	for (;;) {
		struct pollfd on[] = { { a->pidfd, POLLIN, 0 }, { a->task->asked, POLLIN, 0 },
		                       { flooding(a) ? -1 : a->out, POLLIN, 0 } };
		int wait = wait_ms(a);

		if (flooding(a) && a->out >= 0 && (wait < 0 || wait > FLOOD_PAUSE_MS))
			wait = FLOOD_PAUSE_MS;
		poll(on, 3, wait);
		if (on[1].revents)
			take_wish(a);
		for (int i = 0; i < DRAIN_STEPS && read_some(a); i++)
			;
		if (on[0].revents)
			return;
		check_time(a);
		tell(a);
	}
}

/* What it left behind in its group goes with it; until it is waited for its number is
 * nobody else's. */
static void bury(struct attendance *a)
{
	struct task *t = a->task;
	int status = 0;

	kill(-a->pid, SIGKILL);
	while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
		;
	for (int i = 0; i < DRAIN_STEPS && read_some(a); i++)
		;
	pthread_mutex_lock(&t->lock);
	t->report.state = TASK_ENDED;
	t->report.ended = now_mono();
	t->report.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	t->report.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	pthread_mutex_unlock(&t->lock);
}

static void failed(struct task *t, int code)
{
	pthread_mutex_lock(&t->lock);
	t->report.state = TASK_FAILED;
	t->report.ended = now_mono();
	err_set(&t->report.err, ERR_CONFIG, code, "cannot run %s: %s", t->argv[0], strerror(code));
	pthread_mutex_unlock(&t->lock);
}

static int start(struct attendance *a)
{
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	(void)!fcntl(ends[0], F_SETFL, O_NONBLOCK);
	(void)!fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
	rc = spawn_program(&(struct spawn){ .argv = a->task->argv, .env = a->task->env, .in = -1,
	                                    .out = ends[1], .err = ends[1], .session = true }, &a->pid);
	close(ends[1]);
	if (rc == 0)
		a->out = ends[0];
	else
		close(ends[0]);
	return rc;
}

static void *run(void *task)
{
	struct task *t = task;
	struct attendance a = { .task = t, .out = -1, .late = TIME_NONE, .kill = TIME_NONE, .told = TIME_NONE };
	int rc = start(&a);

	if (rc != 0) {
		failed(t, rc);
		wake(t->tell);
		return NULL;
	}
	if (t->limit)
		a.late = now_mono() + t->limit;
	a.pidfd = pidfd_open(a.pid, 0);
	if (a.pidfd >= 0) {
		attend(&a);
		close(a.pidfd);
	}
	bury(&a);
	if (a.out >= 0)
		close(a.out);
	wake(t->tell);
	return NULL;
}

/* ---- its owner ----------------------------------------------------------------------------- */

static bool begin(struct task *t, struct err *e)
{
	sigset_t all, former;
	int rc;

	/* Signals are for the owner's thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &former);
	rc = pthread_create(&t->thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return rc == 0 || err_set(e, ERR_INTERNAL, rc, "no thread for a command: %s", strerror(rc));
}

static void release(struct task *t)
{
	task_words_free(t->argv);
	task_words_free(t->env);
	buf_release(&t->output);
	if (t->asked >= 0)
		close(t->asked);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

struct task *task_new(const struct task_spec *spec, struct err *e)
{
	struct task *t = calloc(1, sizeof *t);
	bool ok;

	if (!t) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&t->lock, NULL);
	t->argv = task_words_copy(spec->argv);
	t->env = task_words_copy(spec->env);
	t->limit = spec->limit;
	t->tell = spec->tell;
	t->asked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t->report.started = now_mono();
	ok = (t->argv && t->env) || err_set(e, ERR_MEMORY, 0, "out of memory");
	ok = ok && (t->asked >= 0 || err_set(e, ERR_INTERNAL, errno, "no descriptor for a command: %s",
	                                     strerror(errno)));
	if (ok && begin(t, e))
		return t;
	release(t);
	return NULL;
}

static void wish(struct task *t, enum wish w)
{
	pthread_mutex_lock(&t->lock);
	t->wish = w > t->wish ? w : t->wish;
	pthread_mutex_unlock(&t->lock);
	wake(t->asked);
}

void task_cancel(struct task *t)
{
	wish(t, WISH_END);
}

void task_kill(struct task *t)
{
	wish(t, WISH_KILL);
}

void task_free(struct task *t)
{
	if (!t)
		return;
	task_kill(t);
	pthread_join(t->thread, NULL);
	release(t);
}

void task_report(struct task *t, struct task_report *out)
{
	pthread_mutex_lock(&t->lock);
	*out = t->report;
	pthread_mutex_unlock(&t->lock);
}

bool task_output(struct task *t, size_t from, struct buf *out)
{
	bool ok;

	pthread_mutex_lock(&t->lock);
	ok = from >= t->output.len || buf_put(out, t->output.data + from, t->output.len - from);
	pthread_mutex_unlock(&t->lock);
	return ok;
}
