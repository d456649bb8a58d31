#include "tui/term_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Signals for the program to act on, and those that end it on the spot. */
static const int polite[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH };
static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

enum { POLITE = sizeof(polite) / sizeof(*polite), FATAL = sizeof(fatal) / sizeof(*fatal) };
enum { STALL_MS = 50, STACK_SIZE = 64 << 10 };

/* Handlers have no other way to their data. Written by guard_start() before
 * any handler is set; `armed` and `stopping` also by handlers. */
static struct {
	int in_fd, out_fd, pipe[2];
	struct termios modes;
	char reset[GUARD_RESET_MAX];
	size_t reset_len;
	timer_t timer;
	struct sigaction former[POLITE];
	bool started;
	volatile sig_atomic_t armed, stopping;
} guard = { .pipe = { -1, -1 } };

static char crash_stack[STACK_SIZE];

/* --- in handlers: async-signal-safe calls only --- */

/* A terminal that does not read must not keep us from ending: false then. */
static bool write_out(const char *text, size_t len)
{
	struct pollfd p = { guard.out_fd, POLLOUT, 0 };

	while (len > 0) {
		ssize_t n = -1;

		if (poll(&p, 1, STALL_MS) == 1 && !(p.revents & (POLLERR | POLLHUP)))
			n = write(guard.out_fd, text, len);
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* True when the terminal can still be written to. */
static bool give_back(void)
{
	bool reads;

	if (!guard.armed)
		return false;
	guard.armed = 0;
	reads = write_out(guard.reset, guard.reset_len);
	/* In the background tcsetattr() would stop us instead. */
	signal(SIGTTOU, SIG_IGN);
	tcsetattr(guard.in_fd, TCSANOW, &guard.modes);
	return reads;
}

static const char *signal_word(int signo)
{
	switch (signo) {
	case SIGHUP:  return "SIGHUP";
	case SIGTERM: return "SIGTERM";
	case SIGINT:  return "SIGINT";
	case SIGQUIT: return "SIGQUIT";
	case SIGSEGV: return "SIGSEGV";
	case SIGABRT: return "SIGABRT";
	case SIGBUS:  return "SIGBUS";
	case SIGFPE:  return "SIGFPE";
	case SIGILL:  return "SIGILL";
	default:      return "a signal";
	}
}

/* Ends the process by `signo`, so that its parent learns the truth. */
static void end_by(int signo)
{
	static const char head[] = "sextant: ended by ", tail[] = "; the terminal was given back\r\n";
	const char *word = signal_word(signo);
	sigset_t set;

	if (give_back() && write_out(head, sizeof(head) - 1) && write_out(word, strlen(word)))
		write_out(tail, sizeof(tail) - 1);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
	_exit(128 + signo);
}

static bool is_stop(int signo)
{
	return signo == SIGHUP || signo == SIGTERM || signo == SIGINT || signo == SIGQUIT;
}

static void on_polite(int signo)
{
	static const struct itimerspec limit = { .it_value.tv_nsec = GUARD_STOP_MS * 1000000L };
	int saved = errno;
	unsigned char byte = (unsigned char)signo;

	if (is_stop(signo)) {
		if (guard.stopping)
			end_by(signo);
		guard.stopping = signo;
		timer_settime(guard.timer, 0, &limit, NULL);
	}
	/* A full pipe holds a signal of every kind already. */
	while (write(guard.pipe[1], &byte, 1) < 0 && errno == EINTR)
		;
	errno = saved;
}

static void on_fatal(int signo)
{
	end_by(signo);
}

static void on_limit(int signo)
{
	(void)signo;
	end_by(guard.stopping ? guard.stopping : SIGTERM);
}

/* --- outside of handlers --- */

static void on_exit_give_back(void)
{
	give_back();
}

static bool make_timer(struct err *e)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1 };

	if (timer_create(CLOCK_MONOTONIC, &event, &guard.timer) != 0)
		return err_set(e, ERR_INTERNAL, errno, "no timer: %s", strerror(errno));
	return true;
}

/* Once per process: the pipe, the timer and the exit hook stay. */
static bool make_channels(struct err *e)
{
	if (guard.pipe[0] >= 0)
		return true;
	if (pipe2(guard.pipe, O_NONBLOCK | O_CLOEXEC) != 0)
		return err_set(e, ERR_INTERNAL, errno, "no pipe: %s", strerror(errno));
	if (!make_timer(e)) {
		close(guard.pipe[0]);
		close(guard.pipe[1]);
		guard.pipe[0] = guard.pipe[1] = -1;
		return false;
	}
	atexit(on_exit_give_back);
	return true;
}

static void set_handlers(void)
{
	struct sigaction act = { .sa_flags = SA_RESTART }, crash = { .sa_flags = SA_ONSTACK | SA_RESETHAND };
	stack_t stack = { .ss_sp = crash_stack, .ss_size = sizeof(crash_stack) };

	sigaltstack(&stack, NULL);
	crash.sa_handler = on_fatal;
	sigfillset(&crash.sa_mask);
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &crash, NULL);
	act.sa_handler = on_limit;
	sigaction(SIGRTMIN + 1, &act, NULL);
	act.sa_handler = on_polite;
	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < POLITE; i++) {
		sigaction(polite[i], &act, &guard.former[i]);
		/* Started under nohup: a hang-up is then seen as the end of input. */
		if (polite[i] == SIGHUP && guard.former[i].sa_handler == SIG_IGN)
			signal(SIGHUP, SIG_IGN);
	}
}

bool guard_start(int in_fd, int out_fd, const char *reset, size_t len, struct err *e)
{
	if (!make_channels(e))
		return false;
	if (tcgetattr(in_fd, &guard.modes) != 0)
		return err_set(e, ERR_INTERNAL, errno, "cannot read the terminal's modes: %s",
		               strerror(errno));
	guard.in_fd = in_fd;
	guard.out_fd = out_fd;
	guard.reset_len = len < GUARD_RESET_MAX ? len : GUARD_RESET_MAX;
	memcpy(guard.reset, reset, guard.reset_len);
	guard.stopping = 0;
	guard.started = true;
	set_handlers();
	guard.armed = 1;
	return true;
}

void guard_stop(void)
{
	if (!guard.started)
		return;
	guard.started = false;
	guard.armed = 0;
	tcsetattr(guard.in_fd, TCSANOW, &guard.modes);
	for (size_t i = 0; i < FATAL; i++)
		signal(fatal[i], SIG_DFL);
	/* While stopping, a second signal still ends at once. */
	for (size_t i = 0; i < POLITE && !guard.stopping; i++)
		sigaction(polite[i], &guard.former[i], NULL);
}

void guard_armed(bool armed)
{
	guard.armed = armed;
}

void guard_suspend(void)
{
	struct sigaction stop, go, plain = { .sa_handler = SIG_DFL };

	sigaction(SIGTSTP, &plain, &stop);
	sigaction(SIGCONT, &plain, &go);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &stop, NULL);
	sigaction(SIGCONT, &go, NULL);
}

int guard_fd(void)
{
	return guard.pipe[0];
}

bool guard_next(int *signo)
{
	unsigned char byte;

	if (read(guard.pipe[0], &byte, 1) != 1)
		return false;
	*signo = byte;
	return true;
}
