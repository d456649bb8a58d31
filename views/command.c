/* What the commands share: the configuration they ask for, and `demo --list`. */
#include "views/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "sections/demo.h"
#include "sections/section.h"
#include "views/fuzzy.h"

bool command_config(const struct command *cmd, struct config *config, struct err *e)
{
	char *path;
	bool ok;

	if (!cmd->demo)
		return config_load(config, &workspace_load, cmd->config_path, e);
	path = demo_db_path(e);
	ok = path && demo_config(config, path, e);
	free(path);
	return ok;
}

int headless_begin(struct headless *h, const struct command *cmd)
{
	struct err e = { 0 };

	if (!command_config(cmd, &h->config, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	h->clock = h->config.now == TIME_NONE ? clock_system : clock_shifted(h->config.now);
	h->engine = engine_new(&h->config, &workspace_load, &h->clock, &e);
	if (h->engine)
		return 0;
	fprintf(stderr, "sextant: %s\n", e.text);
	config_release(&h->config);
	return EXIT_NO_ANSWER;
}

int headless_end(struct headless *h, int status)
{
	if (!engine_free(h->engine, QUIT_GRACE)) {
		fflush(stdout);
		_exit(status);
	}
	config_release(&h->config);
	return status;
}

int command_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int command_written(int status)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
		return status;
	fprintf(stderr, "sextant: cannot write: %s\n", strerror(errno));
	return EXIT_INCOMPLETE;
}

/* ---- what `show` takes ------------------------------------------------------------------ */

static bool add_section(struct command *cmd, const struct workspace *w, const char *name, struct err *e)
{
	struct fuzzy_name names[2 * COMMAND_SECTIONS];
	size_t n = 0;
	int found;

	for (size_t i = 0; i < w->nsections && n + 1 < sizeof names / sizeof names[0]; i++) {
		names[n++] = (struct fuzzy_name){ w->sections[i]->id, (int)i };
		names[n++] = (struct fuzzy_name){ w->sections[i]->title, (int)i };
	}
	found = fuzzy_pick(name, strlen(name), names, n, "section", e);
	if (found < 0)
		return false;
	if (cmd->nsections == COMMAND_SECTIONS)
		return err_set(e, ERR_CONFIG, 0, "too many sections");
	cmd->sections[cmd->nsections++] = w->sections[found]->id;
	return true;
}

bool command_output(struct command *cmd, const struct workspace *w, const char *const *words, size_t n,
                    struct err *e)
{
	static const char *const formats[] = { "text", "json", "csv" };

	for (size_t i = 0; i < n; i++) {
		const char *word = words[i] + (strncmp(words[i], "--", 2) ? 0 : 2);
		size_t f = 0;

		if (!strcmp(word, "section") && i + 1 < n) {
			if (!add_section(cmd, w, words[++i], e))
				return false;
			continue;
		}
		if (!strcmp(word, "format") && i + 1 < n)
			word = words[++i];
		while (f < sizeof formats / sizeof formats[0] && strcmp(formats[f], word) != 0)
			f++;
		if (f == sizeof formats / sizeof formats[0])
			return err_set(e, ERR_CONFIG, 0, "show takes: section NAME, text, json, csv; not '%s'", words[i]);
		cmd->format = (enum format)f;
	}
	return true;
}

int cmd_demo_list(const struct command *cmd)
{
	struct err e = { 0 };
	struct buf out = BUF_INIT;
	bool ok = demo_list(&out, &e);

	(void)cmd;
	if (!ok)
		fprintf(stderr, "sextant: %s\n", e.text);
	else
		fputs(buf_str(&out), stdout);
	buf_release(&out);
	return ok ? command_written(0) : 1;
}
