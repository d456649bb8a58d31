#include "views/runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sections/runnable.h"
#include "views/format.h"

enum { FIRST_LINES = 64 };

void runs_init(struct runs *r)
{
	*r = (struct runs){ .fd = -1 };
}

static void run_free(struct run *run)
{
	task_free(run->task);
	task_words_free(run->words);
	buf_release(&run->line);
	buf_release(&run->output);
	free(run->lines);
	free(run);
}

void runs_release(struct runs *r)
{
	/* All at once, then each: none waits for another. */
	for (size_t i = 0; i < r->n; i++)
		if (r->all[i]->task)
			task_kill(r->all[i]->task);
	while (r->n)
		run_free(r->all[--r->n]);
	if (r->fd >= 0)
		close(r->fd);
	runs_init(r);
}

/* ---- words ------------------------------------------------------------------------------ */

static bool plain(const char *word)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                              "_-./:=@%+,";

	return *word && word[strspn(word, allowed)] == '\0';
}

bool words_line(char *const *words, struct buf *out)
{
	for (size_t i = 0; words[i]; i++) {
		if (i)
			buf_putc(out, ' ');
		if (plain(words[i]))
			buf_puts(out, words[i]);
		else
			runnable_word(out, words[i], strlen(words[i]));
	}
	return !out->failed;
}

/* ---- starting ---------------------------------------------------------------------------- */

/* A place for one more; false when all of them still run. */
static bool make_room(struct runs *r)
{
	size_t i = 0;

	if (r->n < RUNS_MAX)
		return true;
	while (i < r->n && r->all[i]->task)
		i++;
	if (i == r->n)
		return false;
	run_free(r->all[i]);
	r->n--;
	memmove(r->all + i, r->all + i + 1, (r->n - i) * sizeof r->all[0]);
	return true;
}

static bool begin(struct runs *r, struct run *run, const struct user_command *c, struct err *e)
{
	char **env = user_command_env(c, e);
	struct task_spec spec = { .argv = run->words, .env = env, .limit = c->limit };

	if (!env)
		return false;
	if (r->fd < 0)
		r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	spec.tell = r->fd;
	if (r->fd < 0)
		err_set(e, ERR_INTERNAL, errno, "no descriptor for a command: %s", strerror(errno));
	else
		run->task = task_new(&spec, e);
	task_words_free(env);
	if (run->task)
		task_report(run->task, &run->report);
	return run->task != NULL;
}

struct run *runs_start(struct runs *r, const struct user_command *c, char **words,
                       const struct clock *clock, struct err *e)
{
	struct run *run = calloc(1, sizeof *run);
	bool ok;

	if (!run) {
		task_words_free(words);
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	run->words = words;
	run->number = r->last + 1;
	run->started_wall = clock_wall(clock);
	run->started_mono = clock_mono(clock);
	snprintf(run->name, sizeof run->name, "%s", c->name);
	ok = words_line(words, &run->line) || err_set(e, ERR_MEMORY, 0, "out of memory");
	ok = ok && (make_room(r) || err_set(e, ERR_LIMIT, 0, "%d commands run already; x stops one", RUNS_MAX));
	if (!ok || !begin(r, run, c, e)) {
		run_free(run);
		return NULL;
	}
	r->last++;
	r->all[r->n++] = run;
	return run;
}

/* ---- what they write ------------------------------------------------------------------------ */

static bool add_line(struct run *run, size_t at)
{
	if (run->nlines == run->cap) {
		size_t cap = run->cap ? run->cap * 2 : FIRST_LINES;
		uint32_t *more = reallocarray(run->lines, cap, sizeof *more);

		if (!more)
			return false;
		run->lines = more;
		run->cap = cap;
	}
	run->lines[run->nlines++] = (uint32_t)at;
	return true;
}

/* What came since is cut into lines. */
static void take_output(struct run *run)
{
	size_t from = run->output.len;
	const char *data;

	if (!task_output(run->task, from, &run->output))
		return;
	data = run->output.data;
	for (size_t at = from; at < run->output.len; at++)
		if ((at == 0 || data[at - 1] == '\n') && !add_line(run, at))
			return;
}

static bool update(struct run *run)
{
	struct task_report now;

	task_report(run->task, &now);
	take_output(run);
	run->report = now;
	if (now.state == TASK_RUNNING)
		return false;
	task_free(run->task);
	run->task = NULL;
	return true;
}

const struct run *runs_update(struct runs *r, bool *changed)
{
	uint64_t any;

	*changed = r->fd >= 0 && read(r->fd, &any, sizeof any) == sizeof any;
	for (size_t i = 0; i < r->n; i++)
		if (r->all[i]->task && update(r->all[i]))
			return r->all[i];
	return NULL;
}

struct run *runs_find(const struct runs *r, unsigned number)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->all[i]->number == number)
			return r->all[i];
	return NULL;
}

size_t runs_running(const struct runs *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->all[i]->task != NULL;
	return n;
}

struct cell run_line(const struct run *run, size_t line)
{
	size_t from, end;

	if (line >= run->nlines)
		return CELL_NULL;
	from = run->lines[line];
	end = line + 1 < run->nlines ? run->lines[line + 1] : run->output.len;
	if (end > from && run->output.data[end - 1] == '\n')
		end--;
	return (struct cell){ run->output.data + from, end - from };
}

/* ---- how they do ----------------------------------------------------------------------------- */

bool run_fine(const struct run *run)
{
	const struct task_report *r = &run->report;

	return r->state == TASK_RUNNING ||
	       (r->state == TASK_ENDED && !r->status && !r->signal && !r->cancelled && !r->late);
}

const char *run_state(char out[static RUN_STATE_MAX], const struct run *run, usec mono)
{
	const struct task_report *r = &run->report;
	char span[FORMAT_MAX], how[48];

	if (r->state == TASK_FAILED) {
		snprintf(out, RUN_STATE_MAX, "%s", r->err.text);
		return out;
	}
	if (r->state == TASK_RUNNING) {
		snprintf(out, RUN_STATE_MAX, "running %s%s", format_running(span, mono - run->started_mono),
		         r->cancelled || r->late ? ", told to end" : "");
		return out;
	}
	if (r->signal)
		snprintf(how, sizeof how, "signal %d (%s)", r->signal, sigabbrev_np(r->signal));
	else
		snprintf(how, sizeof how, "exit %d", r->status);
	snprintf(out, RUN_STATE_MAX, "%s after %s%s%s", how, time_span(span, r->ended - r->started),
	         r->cancelled ? ", stopped by you" : r->late ? ", took too long" : "",
	         r->written ? "" : ", no output");
	return out;
}
