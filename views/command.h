/* The command line, read: main.c fills it, each command is one function. Data goes
 * to stdout, narration to stderr; the return value is the exit status. */
#ifndef VIEWS_COMMAND_H
#define VIEWS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "sections/config.h"
#include "sections/engine.h"
#include "sections/investigation.h"
#include "views/desk.h"

#define DEMO_LOAD "726100801"
#define QUIT_GRACE (900 * USEC_MS)      /* for the workers at the end */

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

enum { COMMAND_SECTIONS = SECTIONS_MAX };

struct command {
	const char *config_path;        /* --config; NULL = the default place */
	bool demo;                      /* --demo, or the command `demo` */
	const char *loads[DESKS_MAX];   /* what to investigate; none: ask */
	size_t nloads;
	const char *sections[COMMAND_SECTIONS];  /* --section, repeated */
	size_t nsections;
	const char *about;              /* --about; NULL = none */
	enum format format;
	const char *theme;              /* --theme; NULL = the configuration's */
	bool ascii, safe_term, still, light, dark, mouse;
	bool quiet;                     /* no narration */
	const char *const *script;      /* words from the first verb on, for the workbench */
	size_t nscript;
};

/* Reads the configuration that the command asks for: the demonstration's or the
 * user's. Prints nothing. */
bool command_config(const struct command *, struct config *, struct err *);

/* An engine without a screen, on the configuration that the command asks for. */
struct headless {
	struct config config;
	struct clock clock;
	struct engine *engine;
};
/* 0, or the status to end with, when the reason has been printed. */
int headless_begin(struct headless *, const struct command *);
/* Returns the status; ends the process with it when a worker does not come back. */
int headless_end(struct headless *, int status);

/* Reads what stands behind `show`: [section ID]... [text|json|csv], as words or options. */
bool command_output(struct command *, const struct workspace *, const char *const *words, size_t n,
                    struct err *);
/* Prints as that says; false when writing failed (errno says why). */
bool command_print(FILE *, const struct command *, const struct investigation *);

/* Before threads exist: what would end the program (SIGINT, SIGTERM, SIGHUP) makes this
 * descriptor readable instead, so that servers and stores are told before it ends; a
 * reader that goes away is an error of write(). */
int command_signals(void);

/* At a command's end: its exit status, or 1 with the reason on stderr when stdout did not
 * take all of it. A reader that closed the pipe has what it wanted (`| head`). */
int command_written(int status);

int cmd_open(const struct command *);       /* the workbench (views/app.c) */
int cmd_show(const struct command *);       /* views/show.c */
int cmd_sources(const struct command *);    /* views/sources.c */
int cmd_doctor(const struct command *);     /* views/doctor.c */
int cmd_config_check(const struct command *);
int cmd_demo_list(const struct command *);

#endif
