/* Commands of the user's that run or ran: their words, their output, how they ended. One
 * thread; the programs have threads of their own (base/task.h). */
#ifndef VIEWS_RUNS_H
#define VIEWS_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/task.h"
#include "views/user_commands.h"

enum { RUNS_MAX = 8 };             /* kept; the oldest that ended gives way */

struct run {
	unsigned number;
	char name[USER_COMMAND_NAME];
	char **words;
	struct buf line;               /* the words as one line, as a shell would want them */
	usec started_wall, started_mono;   /* of the clock that is shown */
	struct task *task;             /* NULL once it has ended */
	struct task_report report;
	struct buf output;
	uint32_t *lines;               /* where each line of the output begins */
	size_t nlines, cap;
};

struct runs {
	struct run *all[RUNS_MAX];     /* the newest last */
	size_t n;
	unsigned last;                 /* number */
	int fd;                        /* readable when there is news; -1 before the first */
};

void runs_init(struct runs *);
/* Kills what still runs. */
void runs_release(struct runs *);

/* Starts it; takes the words over, whether it can or not. NULL with the reason. */
struct run *runs_start(struct runs *, const struct user_command *, char **words, const struct clock *,
                       struct err *);
/* Takes the news. The one that ended, if one did; the others with the next call. */
const struct run *runs_update(struct runs *, bool *changed);
struct run *runs_find(const struct runs *, unsigned number);      /* NULL = no more */
size_t runs_running(const struct runs *);

/* One line of its output, without its end. */
struct cell run_line(const struct run *, size_t line);
/* "running 3s", "exit 0 after 0.3s, 1.2 KB": state and time, of a clock's reading. */
enum { RUN_STATE_MAX = 160 };
const char *run_state(char out[static RUN_STATE_MAX], const struct run *, usec mono);
/* It ended as it should. */
bool run_fine(const struct run *);

/* The words as they are given to the program, readable: quoted where a shell would want
 * it. */
bool words_line(char *const *words, struct buf *out);

#endif
