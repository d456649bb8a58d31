/* The loop: one thread, asleep until the terminal, the engine or the clock has
 * something; at most one frame per wake-up. And the command that runs it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "views/app.h"
#include "views/command.h"
#include "views/pace.h"
#include "views/palette.h"

#define WORK_SLICE (4 * USEC_MS)
#define STOP_GRACE (250 * USEC_MS)      /* the terminal's guard ends us soon after */

struct loop {
	struct app *app;
	usec engine_next;        /* TIME_NONE = nothing */
	usec tick;               /* when the clock moves on */
	struct pace pace;        /* when the next frame may be, on the system's clock: fingers
	                          * and links know no other */
	unsigned behind;         /* parts that the last frame left as they were */
	bool moved;              /* the engine did; views have not heard of it */
	bool dirty, urgent;      /* a frame is wanted; at once */
	bool stepped;            /* as the answer to a key that moved along */
	bool news;               /* it shows more than what flows */
	unsigned told;           /* states as of the last tick */
	bool blocked;            /* the terminal does not read */
	bool working;            /* a filter, a sort or a search has more to do */
	int signal;
};

/* ---- time ------------------------------------------------------------------------------- */

static usec earlier(usec a, usec b)
{
	if (a == TIME_NONE || b == TIME_NONE)
		return a == TIME_NONE ? b : a;
	return a < b ? a : b;
}

/* When the clock on the screen is next wrong: seconds while something runs, minutes
 * at rest, never when it is to be still. */
static usec next_tick(const struct app *app)
{
	bool counts = app_running(app) || app_counts_down(app);
	usec wall = clock_wall(app->clock), unit = counts ? USEC_SEC : USEC_MIN;

	if (app->still && !app_running(app))
		return TIME_NONE;
	return clock_mono(app->clock) + unit - wall % unit;
}

static bool rest_due(const struct loop *l, usec now)
{
	return l->behind && pace_rest(&l->pace, l->behind) <= now;
}

/* What a key left out is answered like the key. */
static enum pace_kind kind_of(const struct loop *l, usec now)
{
	return l->urgent ? PACE_KEY : l->stepped || rest_due(l, now) ? PACE_STEP :
	       l->news ? PACE_NEWS : PACE_FLOW;
}

/* TIME_NONE = there is nothing to draw. */
static usec frame_when(const struct loop *l, usec now)
{
	usec rest = l->behind ? pace_rest(&l->pace, l->behind) : TIME_NONE;

	return earlier(rest, l->dirty ? pace_when(&l->pace, kind_of(l, now)) : TIME_NONE);
}

static usec wait_of(usec when, usec now)
{
	return when > now ? when - now : 0;
}

static int sleep_ms(const struct loop *l)
{
	usec now = clock_mono(l->app->clock), until = earlier(l->engine_next, l->tick);
	usec fingers = now_mono(), when = frame_when(l, fingers);

	if (l->working)
		return 0;
	if (when != TIME_NONE && !l->blocked)
		until = earlier(until, now + wait_of(when, fingers));
	if (until == TIME_NONE)
		return -1;
	if (until <= now)
		return 0;
	return until - now > USEC_MIN ? 60000 : (int)((until - now + USEC_MS - 1) / USEC_MS);
}

/* ---- drawing ------------------------------------------------------------------------------ */

static void catch_up(struct loop *l)
{
	if (l->moved)
		app_update(l->app);
	l->moved = false;
}

/* What it left out of what flows is still to come. */
static void note_frame(struct loop *l, enum pace_kind kind)
{
	unsigned left = l->app->leaves;

	pace_drawn(&l->pace, kind, left, term_cost(l->app->term), now_mono());
	l->behind = left & (PACE_DETAIL | PACE_ROWS);
	l->urgent = l->stepped = false;
	l->dirty = left & PACE_COUNTERS;
	l->news = l->news && l->dirty;
}

static void frame(struct loop *l)
{
	struct app *app = l->app;
	usec now = now_mono(), when = frame_when(l, now);
	enum pace_kind kind = kind_of(l, now);

	if (when == TIME_NONE || when > now)
		return;
	catch_up(l);
	app->leaves = pace_leaves(&l->pace, kind, now);
	app_draw(app);
	l->blocked = !term_present(app->term, &app->canvas);
	if (l->blocked)
		return;
	note_frame(l, kind);
	l->tick = next_tick(app);
}

/* A slice, short enough that no key waits for it. */
static void work(struct loop *l)
{
	bool had = l->working;

	if (l->moved && !had)
		return;
	catch_up(l);
	l->working = app_work(l->app, clock_mono(l->app->clock) + WORK_SLICE);
	l->dirty = l->dirty || l->working || had;
	l->urgent = l->urgent || (had && !l->working);
}

static void resize(struct app *app)
{
	struct err e = { 0 };
	int w, h;

	term_size(app->term, &w, &h);
	if (!app_resize(app, w, h, &e))
		app_complain(app, "%s", e.text);
}

static void note_key(struct loop *l, struct key key)
{
	usec now = now_mono();
	bool waits = l->dirty && !l->urgent && !l->stepped && frame_when(l, now) > now;

	if (app_steps(l->app, key)) {
		pace_step(&l->pace, waits, now);
		l->stepped = true;
	} else {
		pace_key(&l->pace);
		l->urgent = true;
	}
	l->dirty = true;
}

/* ---- what happens --------------------------------------------------------------------------- */

static void take_event(struct loop *l, const struct term_event *ev)
{
	struct app *app = l->app;

	switch (ev->type) {
	case TERM_KEY:
		catch_up(l);
		note_key(l, ev->key);
		app_key(app, ev->key);
		return;
	case TERM_PASTE:
		catch_up(l);
		app_paste(app, ev->paste, ev->paste_len);
		break;
	case TERM_MOUSE:
		catch_up(l);
		app_mouse(app, ev->mouse, ev->x, ev->y);
		break;
	case TERM_RESIZE:
	case TERM_RESUMED:
		resize(app);
		break;
	case TERM_HANGUP:
	case TERM_STOP:
		l->signal = term_stop_signal(app->term);
		app->quit = true;
		break;
	default:
		return;
	}
	l->dirty = l->urgent = true;
}

static void take_events(struct loop *l)
{
	struct term_event ev;

	while (!l->app->quit && term_next(l->app->term, &ev))
		take_event(l, &ev);
}

static void note_news(struct loop *l)
{
	unsigned now = app_news(l->app);

	l->news = l->news || now != l->told;
	l->told = now;
}

static void take_mail(struct loop *l)
{
	bool changed = false, ran = app_running(l->app);

	l->engine_next = engine_tick(l->app->engine, &changed);
	if (changed) {
		l->moved = l->dirty = true;
		note_news(l);
	}
	/* Nothing follows the last answer: it need not wait for more. */
	l->urgent = l->urgent || (ran && !app_running(l->app));
	if (l->tick != TIME_NONE && clock_mono(l->app->clock) >= l->tick) {
		l->dirty = true;
		l->tick = next_tick(l->app);
	}
}

int app_loop(struct app *app, const char *const *typed, size_t n)
{
	struct loop l = { .app = app, .engine_next = TIME_NONE, .tick = TIME_NONE, .dirty = true,
	                  .urgent = true };
	struct pollfd fds[] = {
		{ term_input_fd(app->term), POLLIN, 0 },
		{ term_signal_fd(app->term), POLLIN, 0 },
		{ engine_fd(app->engine), POLLIN, 0 },
		{ -1, POLLIN, 0 },
		{ -1, POLLIN, 0 },
	};

	app_open_all(app, typed, n);
	palette_run_words(app, app->script, app->nscript);
	while (!app->quit) {
		take_mail(&l);
		work(&l);
		frame(&l);
		if (!l.dirty && !l.working && !l.behind)
			term_idle(true);
		fds[3].fd = app->watch.fd;      /* a theme from a file may come any time */
		fds[4].fd = app->runs.fd;
		fds[0].events = (short)(POLLIN | (l.blocked ? POLLOUT : 0));
		if (poll(fds, sizeof fds / sizeof fds[0], sleep_ms(&l)) > 0 && fds[0].revents & POLLOUT)
			l.blocked = false;
		term_idle(false);
		if (fds[3].revents && app_reload(app))
			l.dirty = l.urgent = true;
		if (fds[4].revents && app_update_runs(app)) {
			l.dirty = true;
			note_news(&l);
		}
		take_events(&l);
		/* The answer to a key does not wait until the rows that came are read. */
		if ((l.urgent || l.stepped) && fds[2].revents)
			frame(&l);
	}
	return l.signal;
}

/* ---- the command ------------------------------------------------------------------------------ */

static bool open_terminal(struct app *app, const struct command *cmd, struct err *e)
{
	struct term_options options = {
		.theme = &app->theme,
		.light = cmd->light ? THEME_LIGHT : cmd->dark ? THEME_DARK : THEME_AUTO,
		.ascii = cmd->ascii,
		.safe = cmd->safe_term,
	};

	app->term = term_open(&options, e);
	if (!app->term)
		return false;
	app->ascii = app->theme.ascii || term_ascii(app->term);
	resize(app);
	if (cmd->mouse)
		app_set_mouse(app, true);
	return true;
}

static bool set_up(struct app *app, const struct command *cmd, const struct config *config,
                   const struct clock *clock, struct err *e)
{
	const char *theme = cmd->theme ? cmd->theme : config->theme ? config->theme : "calm";

	if (!app_init(app, &workspace_load, config, clock, e))
		return false;
	app->demo = cmd->demo;
	app->still = cmd->still;
	app->opening = cmd->loads[0];
	app->script = cmd->script;
	app->nscript = cmd->nscript;
	return app_load_keys(app, e) && app_load_commands(app, e) && app_theme(app, theme, e) &&
	       open_terminal(app, cmd, e);
}

/* The first frame comes before anything that takes time: threads, connections. */
static bool begin(struct app *app, struct err *e)
{
	app_draw(app);
	term_present(app->term, &app->canvas);
	if (!app_start(app, e))
		return false;
	if (!app->opening && !app->nscript)
		app_ask_load(app);
	return true;
}

static int end_by(int signo)
{
	signal(signo, SIG_DFL);
	raise(signo);
	return 128 + signo;
}

int cmd_open(const struct command *cmd)
{
	struct config config = { 0 };
	struct err e = { 0 };
	struct clock clock;
	struct app app;
	int signo = 0;
	bool ok;

	signal(SIGPIPE, SIG_IGN);
	if (!command_config(cmd, &config, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	clock = config.now == TIME_NONE ? clock_system : clock_shifted(config.now);
	ok = set_up(&app, cmd, &config, &clock, &e) && begin(&app, &e);
	if (ok)
		signo = app_loop(&app, cmd->loads, cmd->nloads);
	runs_release(&app.runs);
	term_close(app.term);
	if (!ok)
		fprintf(stderr, "sextant: %s\n", e.text);
	if (!engine_free(app.engine, signo ? STOP_GRACE : QUIT_GRACE))
		_exit(signo ? 128 + signo : 0);
	app_release(&app);
	config_release(&config);
	return signo ? end_by(signo) : ok ? 0 : EXIT_USAGE;
}
