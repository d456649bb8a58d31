/* The command line: one struct command, one function per command. */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "sections/demo.h"
#include "sections/engine.h"
#include "sections/investigation.h"
#include "views/command.h"
#include "views/verbs.h"

static const char usage_text[] =
	"usage: sextant [--demo] [options] [LOAD...]   open the workbench\n"
	"       sextant demo [LOAD...]                 the bundled demonstration\n"
	"       sextant demo --list                    its scenarios\n"
	"       sextant show LOAD [--section ID]... [--format text|json|csv]\n"
	"       sextant sources [--format text|json]   ask every source how it is\n"
	"       sextant doctor [--format text|json]    and how it is reached, step by step\n"
	"       sextant config check                   what is configured, from where\n"
	"       sextant [LOAD...] : VERB ... [: VERB ...] does what is typed so\n"
	"       sextant VERB ...                       there behind a colon: timeline, theme cvd\n"
	"\n"
	"LOAD is a tracking id, load number, PRO, container, booking or BOL; several are opened\n"
	"side by side, at most 8.\n"
	"\n"
	"  --demo           use the bundled demonstration (in front of any command)\n"
	"  --config FILE    instead of ~/.config/sextant/config.yaml\n"
	"  --section ID     only this section and what it needs; may be repeated\n"
	"  --about TEXT     what such a section is asked about, where it takes an error or a name\n"
	"  --format F       text, json or csv\n"
	"  --theme NAME     calm, contrast, cvd, mono, ascii, or a file's path\n"
	"  --light, --dark  what the terminal's background is\n"
	"  --ascii          no characters beyond ASCII\n"
	"  --safe-term      only the plainest terminal sequences\n"
	"  --mouse          a click selects, the wheel scrolls\n"
	"  --still          nothing moves once everything has settled\n"
	"  --quiet          no narration on stderr\n"
	"  --version, --help\n"
	"\n"
	"exit status: 0 complete, 1 some section partial or failed, 2 usage or\n"
	"configuration, 3 not found anywhere, 4 no source could answer, 130 interrupted\n";

enum {
	OPT_DEMO = 256, OPT_CONFIG, OPT_SECTION, OPT_ABOUT, OPT_FORMAT, OPT_THEME, OPT_LIGHT, OPT_DARK,
	OPT_ASCII, OPT_SAFE, OPT_MOUSE, OPT_STILL, OPT_QUIET, OPT_LIST, OPT_VERSION, OPT_HELP,
};

static const struct option options[] = {
	{ "demo", no_argument, NULL, OPT_DEMO },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "section", required_argument, NULL, OPT_SECTION },
	{ "about", required_argument, NULL, OPT_ABOUT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "theme", required_argument, NULL, OPT_THEME },
	{ "light", no_argument, NULL, OPT_LIGHT },
	{ "dark", no_argument, NULL, OPT_DARK },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ "safe-term", no_argument, NULL, OPT_SAFE },
	{ "mouse", no_argument, NULL, OPT_MOUSE },
	{ "still", no_argument, NULL, OPT_STILL },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

enum { WORDS_MAX = 24 };

/* What was asked for besides struct command. */
struct request {
	struct command cmd;
	bool list, help, version;
	const char *words[WORDS_MAX];   /* what is neither an option nor for the workbench */
	int nwords;
	char named[DESKS_MAX][DEMO_LOAD_SIZE];  /* loads of scenarios that were named by their ids */
};

/* An argument may hold anything; only its printable form is repeated. */
static bool wrong(const char *what, const char *arg)
{
	char safe[120];

	text_safe(safe, sizeof safe, arg, strlen(arg));
	fprintf(stderr, "sextant: %s '%s' (sextant --help lists what there is)\n", what, safe);
	return false;
}

/* Everybody on the machine can read the arguments of a program. */
static bool refuse_secret(const char *arg)
{
	if (!secret_named(arg))
		return false;
	fprintf(stderr,
		"sextant: secrets are never taken from the command line, where everybody can "
		"read them.\nRefer to one in the configuration instead: password: { env: NAME }, "
		"{ file: PATH } (mode 0600)\nor { command: \"PROGRAM ARGUMENTS\" }. "
		"`sextant config check` shows what is set.\n");
	return true;
}

static bool set_format(struct command *cmd, const char *word)
{
	static const char *const words[] = { "text", "json", "csv" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(word, words[i]) == 0) {
			cmd->format = (enum format)i;
			return true;
		}
	}
	return wrong("--format takes text, json or csv, not", word);
}

static bool add_section(struct command *cmd, const char *id)
{
	if (cmd->nsections == COMMAND_SECTIONS)
		return wrong("too many sections, from", id);
	cmd->sections[cmd->nsections++] = id;
	return true;
}

static bool set_option(struct request *r, int opt)
{
	struct command *cmd = &r->cmd;

	switch (opt) {
	case OPT_DEMO:    cmd->demo = true; break;
	case OPT_CONFIG:  cmd->config_path = optarg; break;
	case OPT_SECTION: return add_section(cmd, optarg);
	case OPT_ABOUT:   cmd->about = optarg; break;
	case OPT_FORMAT:  return set_format(cmd, optarg);
	case OPT_THEME:   cmd->theme = optarg; break;
	case OPT_LIGHT:   cmd->light = true; cmd->dark = false; break;
	case OPT_DARK:    cmd->dark = true; cmd->light = false; break;
	case OPT_ASCII:   cmd->ascii = true; break;
	case OPT_SAFE:    cmd->safe_term = true; break;
	case OPT_MOUSE:   cmd->mouse = true; break;
	case OPT_STILL:   cmd->still = true; break;
	case OPT_QUIET:   cmd->quiet = true; break;
	case OPT_LIST:    r->list = true; break;
	case OPT_VERSION: r->version = true; break;
	case OPT_HELP:    r->help = true; break;
	default:          return false;
	}
	return true;
}

static bool bad_option(char **argv, int opt)
{
	const char *arg = argv[optind - 1];

	if (opt == ':')
		return wrong("a value is missing after", arg);
	return refuse_secret(arg) ? false : wrong("unknown option", arg);
}

/* From this word on all is for the workbench, as if typed there behind a colon. */
static bool is_script(const struct request *r, const char *word)
{
	enum verb v = verb_named(word);

	return word[0] == ':' || (!r->nwords && v != VERB_COUNT && verb_info(v)->alone == WORKBENCH);
}

static bool take_words(struct request *r, const char *const *argv, int from, int end)
{
	struct err e = { 0 };

	for (int i = from; i < end; i++) {
		if (is_script(r, argv[i])) {
			r->cmd.script = argv + i;
			r->cmd.nscript = (size_t)(end - i);
			break;
		}
		if (r->nwords == WORDS_MAX)
			return wrong("one word too many:", argv[i]);
		r->words[r->nwords++] = argv[i];
	}
	if (verbs_check(&workspace_load, r->cmd.script, r->cmd.nscript, &e))
		return true;
	fprintf(stderr, "sextant: %s\n", e.text);
	return false;
}

static bool read_arguments(struct request *r, int argc, char **argv)
{
	const char *const *words = (const char *const *)argv;
	int opt;

	opterr = 0;
	/* The dash: words come in their turn, so that none behind a verb is an option. */
	while ((opt = getopt_long(argc, argv, "-:", options, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return bad_option(argv, opt);
		if (opt == 1 && is_script(r, optarg))
			return take_words(r, words, optind - 1, argc);
		if (opt == 1 ? !take_words(r, words, optind - 1, optind) : !set_option(r, opt))
			return false;
	}
	return take_words(r, words, optind, argc);
}

static bool at_most(const struct request *r, int n)
{
	return r->nwords <= n ? true : wrong("one word too many:", r->words[n]);
}

static void add_load(struct request *r, const char *word)
{
	size_t i = r->cmd.nloads++;

	r->cmd.loads[i] = r->cmd.demo ? demo_load(word, r->named[i]) : word;
}

/* All words from that one on. */
static int open_loads(struct request *r, int from)
{
	if (!at_most(r, from + DESKS_MAX))
		return EXIT_USAGE;
	for (int i = from; i < r->nwords; i++)
		add_load(r, r->words[i]);
	return cmd_open(&r->cmd);
}

static int run_demo(struct request *r)
{
	r->cmd.demo = true;
	if (r->list)
		return at_most(r, 1) ? cmd_demo_list(&r->cmd) : EXIT_USAGE;
	if (r->nwords == 1)
		r->words[r->nwords++] = DEMO_LOAD;
	return open_loads(r, 1);
}

static int run_show(struct request *r)
{
	struct err e = { 0 };

	if (!r->words[1]) {
		fprintf(stderr, "sextant: show needs a load: sextant show LOAD\n");
		return EXIT_USAGE;
	}
	add_load(r, r->words[1]);
	if (!command_output(&r->cmd, &workspace_load, r->words + 2, (size_t)r->nwords - 2, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	return cmd_show(&r->cmd);
}

static int run_health(struct request *r, int (*command)(const struct command *))
{
	if (!at_most(r, 1))
		return EXIT_USAGE;
	if (r->cmd.format == FORMAT_CSV) {
		fprintf(stderr, "sextant: %s prints text or json\n", r->words[0]);
		return EXIT_USAGE;
	}
	return command(&r->cmd);
}

static int run_sources(struct request *r)
{
	return run_health(r, cmd_sources);
}

static int run_doctor(struct request *r)
{
	return run_health(r, cmd_doctor);
}

static int run_config(struct request *r)
{
	if (!at_most(r, 2))
		return EXIT_USAGE;
	if (!r->words[1] || strcmp(r->words[1], "check") != 0) {
		fprintf(stderr, "sextant: config has one command: sextant config check\n");
		return EXIT_USAGE;
	}
	return cmd_config_check(&r->cmd);
}

static int run_open(struct request *r)
{
	return open_loads(r, 0);
}

static int run(struct request *r)
{
	static int (*const commands[VERB_COUNT])(struct request *) = {
		[VERB_demo] = run_demo, [VERB_show] = run_show, [VERB_sources] = run_sources,
		[VERB_config] = run_config, [VERB_doctor] = run_doctor,
	};
	enum verb verb = r->nwords ? verb_named(r->words[0]) : VERB_COUNT;

	if (r->help)
		return fputs(usage_text, stdout) < 0;
	if (r->version)
		return printf("sextant %s\n", SEXTANT_VERSION) < 0;
	if (verb == VERB_COUNT || !commands[verb])
		return run_open(r);
	if (r->cmd.nscript && verb != VERB_demo)
		return wrong("this command has no screen for", r->cmd.script[0]) ? 0 : EXIT_USAGE;
	return commands[verb](r);
}

int main(int argc, char **argv)
{
	struct request r = { 0 };

	/* A file that may not grow is an error of write(), not a death. */
	signal(SIGXFSZ, SIG_IGN);
	/* Characters only: numbers and dates are written one way everywhere. */
	setlocale(LC_CTYPE, "");
	if (!read_arguments(&r, argc, argv))
		return EXIT_USAGE;
	engine_prepare(&workspace_load);
	return run(&r);
}
