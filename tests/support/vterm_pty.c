#include "tests/support/vterm_pty.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "base/clock.h"
#include "tests/support/job_shell.h"
#include "tui/term.h"

enum { MARKER_MAX = 48 };

enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_ENDED };

struct vterm_pty {
	int master, slave;     /* the slave is held for markers; -1 after a hang-up */
	int idle;              /* read end: "i" as the program falls asleep, "w" as it wakes */
	int status;            /* read end: what the shell says of its job */
	int order;             /* write end: a byte lets a stopped job go on */
	pid_t shell, job;
	enum job_state state;
	int wait_status;
	VTerm *vt;
	VTermScreen *screen;
	int w, h;
	struct vterm_pty_modes modes;
	struct buf log;
	struct buf pending;    /* read while a marker is awaited */
	bool holding;
	bool stalled;          /* nothing is read */
	bool asleep;           /* what came last was an "i", and of a screen of the right size */
	unsigned markers;
};

/* --- the terminal --- */

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct vterm_pty *p = user;

	switch (prop) {
	case VTERM_PROP_ALTSCREEN:
		p->modes.alternate = value->boolean;
		break;
	case VTERM_PROP_CURSORVISIBLE:
		p->modes.cursor_shown = value->boolean;
		break;
	case VTERM_PROP_MOUSE:
		p->modes.mouse = value->number != VTERM_PROP_MOUSE_NONE;
		break;
	case VTERM_PROP_TITLE:
	case VTERM_PROP_ICONNAME:
		p->modes.titles++;
		break;
	default:
		break;
	}
	return 1;
}

static int on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	struct vterm_pty *p = user;

	(void)old;
	(void)visible;
	p->modes.cursor_x = pos.col;
	p->modes.cursor_y = pos.row;
	return 1;
}

static void on_answer(const char *bytes, size_t len, void *user)
{
	struct vterm_pty *p = user;

	(void)bytes;
	p->modes.answers += len > 0;
}

static bool make_screen(struct vterm_pty *p)
{
	static const VTermScreenCallbacks callbacks = { .settermprop = on_property,
	                                                .movecursor = on_cursor };

	p->vt = vterm_new(p->h, p->w);
	if (!p->vt)
		return false;
	vterm_set_utf8(p->vt, 1);
	vterm_output_set_callback(p->vt, on_answer, p);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_set_callbacks(p->screen, &callbacks, p);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	p->modes.cursor_shown = true;
	return true;
}

/* --- start and end --- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool read_status(struct vterm_pty *p, int *value)
{
	return read(p->status, value, sizeof(*value)) == sizeof(*value);
}

static bool make_pipes(int fds[3][2])
{
	for (int i = 0; i < 3; i++)
		if (pipe2(fds[i], O_CLOEXEC) != 0)
			return false;
	return true;
}

static bool start(struct vterm_pty *p, const struct vterm_pty_options *o)
{
	struct winsize size = { .ws_row = (unsigned short)o->h, .ws_col = (unsigned short)o->w };
	int fds[3][2];

	if (!make_pipes(fds) || openpty(&p->master, &p->slave, NULL, NULL, &size) != 0)
		return false;
	p->shell = fork();
	if (p->shell == 0) {
		close(p->master);
		close(fds[0][0]);
		close(fds[1][0]);
		close(fds[2][1]);
		job_shell_run(o, p->slave, fds[0][1], fds[1][1], fds[2][0]);
	}
	close(fds[0][1]);
	close(fds[1][1]);
	close(fds[2][0]);
	p->idle = fds[0][0];
	p->status = fds[1][0];
	p->order = fds[2][1];
	fcntl(p->master, F_SETFL, O_NONBLOCK);
	fcntl(p->idle, F_SETFL, O_NONBLOCK);
	fcntl(p->master, F_SETFD, FD_CLOEXEC);
	fcntl(p->slave, F_SETFD, FD_CLOEXEC);
	return p->shell > 0 && read_status(p, &p->job);
}

struct vterm_pty *vterm_pty_new(const struct vterm_pty_options *o)
{
	struct vterm_pty *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->w = o->w;
	p->h = o->h;
	p->master = p->slave = p->idle = p->status = p->order = -1;
	if (make_screen(p) && start(p, o))
		return p;
	vterm_pty_free(p);
	return NULL;
}

void vterm_pty_free(struct vterm_pty *p)
{
	if (!p)
		return;
	if (p->job > 0 && p->state != JOB_ENDED)
		kill(p->job, SIGKILL);
	close_fd(&p->order);
	close_fd(&p->slave);
	close_fd(&p->master);
	close_fd(&p->idle);
	close_fd(&p->status);
	if (p->shell > 0) {
		kill(p->shell, SIGKILL);
		waitpid(p->shell, NULL, 0);
	}
	if (p->vt)
		vterm_free(p->vt);
	buf_release(&p->log);
	buf_release(&p->pending);
	free(p);
}

/* --- output of the program --- */

static void feed(struct vterm_pty *p, const char *bytes, size_t len)
{
	buf_put(&p->log, bytes, len);
	vterm_input_write(p->vt, bytes, len);
}

/* Reads what is there; false when nothing is. */
static bool read_some(struct vterm_pty *p)
{
	char bytes[65536];
	ssize_t n = p->master >= 0 ? read(p->master, bytes, sizeof(bytes)) : -1;

	if (n <= 0)
		return false;
	if (p->holding)
		buf_put(&p->pending, bytes, (size_t)n);
	else
		feed(p, bytes, (size_t)n);
	return true;
}

static void take_status(struct vterm_pty *p)
{
	int st;

	if (!read_status(p, &st)) {
		p->state = JOB_ENDED;
		return;
	}
	p->wait_status = st;
	p->state = WIFSTOPPED(st) ? JOB_STOPPED : JOB_ENDED;
}

/* Reads all that the program said of its sleep. */
static void take_idle(struct vterm_pty *p)
{
	unsigned char said[50 * TERM_IDLE_BYTES];
	ssize_t n;

	while ((n = p->idle >= 0 ? read(p->idle, said, sizeof(said)) : -1) > 0) {
		const unsigned char *last = said + n - TERM_IDLE_BYTES;

		p->asleep = last[0] == 'i' && (last[1] | last[2] << 8) == p->w && (last[3] | last[4] << 8) == p->h;
	}
	/* At its end the program is gone, or closed it: nothing comes any more. */
	if (n == 0)
		close_fd(&p->idle);
}

/* Waits for output, word of the program's sleep or news of the job until the deadline. */
static bool wait_some(struct vterm_pty *p, usec deadline)
{
	struct pollfd fds[3] = {
		{ p->stalled ? -1 : p->master, POLLIN, 0 }, { p->idle, POLLIN, 0 },
		{ p->state == JOB_ENDED ? -1 : p->status, POLLIN, 0 },
	};
	usec left = deadline - now_mono();

	if (left <= 0 || poll(fds, 3, (int)(left / USEC_MS) + 1) <= 0)
		return false;
	if (fds[0].revents)
		read_some(p);
	if (fds[2].revents)
		take_status(p);
	if (fds[1].revents)
		take_idle(p);
	return true;
}

static usec new_deadline(void)
{
	return now_mono() + VTERM_PTY_SECONDS * USEC_SEC;
}

/* Writes behind the program's output, through a description of its own that does not
 * block: while there is no room, what the program wrote has to be read first. */
static bool write_behind(struct vterm_pty *p, const char *bytes, size_t len, usec deadline)
{
	int fd = open(ptsname(p->master), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < len) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if ((n < 0 && errno != EAGAIN && errno != EINTR) || !wait_some(p, deadline))
			break;
	}
	if (fd >= 0)
		close(fd);
	return done == len;
}

/* The way of a byte through a pty is not synchronous, but it keeps the order:
 * once a marker that we write behind the program's output comes out, all of the
 * output was read. The marker is taken out again. */
static bool synchronize(struct vterm_pty *p, usec deadline)
{
	char marker[MARKER_MAX];
	int n = snprintf(marker, sizeof(marker), "\x1b_sextant-test-%u\x1b\\", ++p->markers);
	char *found = NULL;

	if (p->slave < 0 || p->stalled)
		return true;
	p->holding = true;
	if (!write_behind(p, marker, (size_t)n, deadline)) {
		p->holding = false;
		return false;
	}
	while (!(found = p->pending.len ? memmem(p->pending.data, p->pending.len, marker, (size_t)n) : NULL) &&
	       wait_some(p, deadline))
		;
	p->holding = false;
	if (found) {
		size_t before = (size_t)(found - p->pending.data);

		feed(p, p->pending.data, before);
		feed(p, found + n, p->pending.len - before - (size_t)n);
	}
	buf_clear(&p->pending);
	return found;
}

/* True when all that was sent has been read. poll() makes the kernel hand over what is
 * still on its way through the pty; FIONREAD alone does not. */
static bool all_read(struct vterm_pty *p)
{
	struct pollfd way = { p->slave, POLLIN, 0 };
	int unread = 0;

	return poll(&way, 1, 0) >= 0 && ioctl(p->slave, FIONREAD, &unread) == 0 && unread == 0;
}

/* The program says that it woke before it reads. So once all was read its "w" is in the
 * pipe, and an "i" that is the last in there is later than the reading. */
static bool sleeps(struct vterm_pty *p)
{
	if (!all_read(p))
		return false;
	take_idle(p);
	return p->asleep;
}

bool vterm_pty_wait_idle(struct vterm_pty *p)
{
	usec deadline = new_deadline();

	while (p->state == JOB_RUNNING) {
		if (sleeps(p))
			return synchronize(p, deadline);
		if (!wait_some(p, deadline))
			break;
	}
	return false;
}

bool vterm_pty_wait(struct vterm_pty *p, bool (*seen)(struct vterm_pty *, void *), void *ctx)
{
	usec deadline = new_deadline();

	while (!seen(p, ctx))
		if (p->state == JOB_ENDED || !wait_some(p, deadline))
			return seen(p, ctx);
	return true;
}

static bool sees_text(struct vterm_pty *p, void *text)
{
	return vterm_pty_shows(p, text);
}

bool vterm_pty_wait_text(struct vterm_pty *p, const char *text)
{
	return vterm_pty_wait(p, sees_text, (char *)(uintptr_t)text);
}

/* --- input --- */

bool vterm_pty_send(struct vterm_pty *p, const char *bytes, size_t len)
{
	usec deadline = new_deadline();

	while (len > 0) {
		struct pollfd fd = { p->master, POLLIN | POLLOUT, 0 };
		ssize_t n;

		if (now_mono() > deadline || poll(&fd, 1, 1000) < 0)
			return false;
		if (fd.revents & POLLIN)
			read_some(p);
		n = write(p->master, bytes, len);
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

bool vterm_pty_type(struct vterm_pty *p, const char *keys)
{
	return vterm_pty_send(p, keys, strlen(keys)) && vterm_pty_wait_idle(p);
}

void vterm_pty_resize(struct vterm_pty *p, int w, int h)
{
	struct winsize size = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };

	p->asleep = false;
	p->w = w;
	p->h = h;
	vterm_set_size(p->vt, h, w);
	ioctl(p->master, TIOCSWINSZ, &size);
}

bool vterm_pty_stall(struct vterm_pty *p)
{
	static const char junk[1024] = "";
	/* A descriptor of its own: the program's must stay blocking. */
	int fd = open(ptsname(p->master), O_WRONLY | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return false;
	p->stalled = true;
	while (write(fd, junk, sizeof(junk)) > 0)
		;
	close(fd);
	return errno == EAGAIN;
}

void vterm_pty_go_on(struct vterm_pty *p)
{
	p->stalled = false;
}

/* --- reading the screen --- */

static void put_utf8(struct vterm_pty_cell *cell, size_t *len, uint32_t cp)
{
	char *out = cell->utf8 + *len;

	if (*len + 4 >= sizeof(cell->utf8))
		return;
	if (cp < 0x80) {
		*out++ = (char)cp;
	} else {
		int more = cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;

		*out++ = (char)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | cp >> (6 * more));
		while (more-- > 0)
			*out++ = (char)(0x80 | (cp >> (6 * more) & 0x3f));
	}
	*len = (size_t)(out - cell->utf8);
	*out = '\0';
}

static int palette_index(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return -1;
	return VTERM_COLOR_IS_INDEXED(c) ? c->indexed.idx : 256;
}

struct vterm_pty_cell vterm_pty_cell(struct vterm_pty *p, int x, int y)
{
	struct vterm_pty_cell cell = { .utf8 = " " };
	VTermScreenCell vc = { 0 };
	size_t len = 0;

	vterm_screen_get_cell(p->screen, (VTermPos){ .row = y, .col = x }, &vc);
	cell.bold = vc.attrs.bold;
	cell.underline = vc.attrs.underline;
	cell.reverse = vc.attrs.reverse;
	cell.colour = palette_index(&vc.fg);
	cell.background = palette_index(&vc.bg);
	if (vc.chars[0] == (uint32_t)-1)
		cell.utf8[0] = '\0';
	else
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && vc.chars[i]; i++)
			put_utf8(&cell, &len, vc.chars[i]);
	return cell;
}

static void end_line(struct buf *out, size_t from)
{
	while (out->len > from && out->data[out->len - 1] == ' ')
		out->len--;
	buf_putc(out, '\n');
}

bool vterm_pty_text(struct vterm_pty *p, struct buf *out)
{
	for (int y = 0; y < p->h; y++) {
		size_t from = out->len;

		for (int x = 0; x < p->w; x++)
			buf_puts(out, vterm_pty_cell(p, x, y).utf8);
		end_line(out, from);
	}
	return !out->failed;
}

static char attr_letter(const struct vterm_pty_cell *cell)
{
	char letter = cell->background != -1 ? 'x' : cell->reverse ? 'r' : cell->bold ? 'b'
	              : cell->underline ? 'u' : cell->colour != -1 ? 'c' : ' ';

	if (strcmp(cell->utf8, " ") == 0 && (letter == 'b' || letter == 'c'))
		return ' ';
	return cell->colour != -1 && letter != 'c' ? (char)(letter - 'a' + 'A') : letter;
}

bool vterm_pty_attrs(struct vterm_pty *p, struct buf *out)
{
	for (int y = 0; y < p->h; y++) {
		size_t from = out->len;

		for (int x = 0; x < p->w; x++) {
			struct vterm_pty_cell cell = vterm_pty_cell(p, x, y);

			buf_putc(out, attr_letter(&cell));
		}
		end_line(out, from);
	}
	return !out->failed;
}

bool vterm_pty_shows(struct vterm_pty *p, const char *text)
{
	struct buf out = BUF_INIT;
	bool found = vterm_pty_text(p, &out) && strstr(buf_str(&out), text);

	buf_release(&out);
	return found;
}

struct vterm_pty_modes vterm_pty_modes(struct vterm_pty *p)
{
	return p->modes;
}

const struct buf *vterm_pty_log(struct vterm_pty *p)
{
	return &p->log;
}

bool vterm_pty_termios(struct vterm_pty *p, struct termios *out)
{
	return p->slave >= 0 && tcgetattr(p->slave, out) == 0;
}

/* --- the job --- */

pid_t vterm_pty_pid(const struct vterm_pty *p)
{
	return p->job;
}

static bool wait_state(struct vterm_pty *p, enum job_state state)
{
	usec deadline = new_deadline();

	while (p->state != state)
		if (p->state == JOB_ENDED || !wait_some(p, deadline))
			return p->state == state;
	return true;
}

bool vterm_pty_wait_exit(struct vterm_pty *p, int *status)
{
	if (!wait_state(p, JOB_ENDED))
		return false;
	*status = p->wait_status;
	return synchronize(p, new_deadline());
}

bool vterm_pty_wait_stop(struct vterm_pty *p)
{
	return wait_state(p, JOB_STOPPED) && synchronize(p, new_deadline());
}

bool vterm_pty_resume(struct vterm_pty *p)
{
	take_idle(p);
	p->asleep = false;
	p->state = JOB_RUNNING;
	return write(p->order, "c", 1) == 1;
}

void vterm_pty_hang_up(struct vterm_pty *p)
{
	close_fd(&p->slave);
	close_fd(&p->master);
}

const char *vterm_pty_tool(const char *name)
{
	static char path[PATH_MAX];
	char exe[PATH_MAX] = "";
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n < 0)
		return name;
	snprintf(path, sizeof(path), "%.*s/tools/%s", PATH_MAX / 2, dirname(dirname(exe)), name);
	return path;
}
