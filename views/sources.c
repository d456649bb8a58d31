/* `sextant sources`: asks every configured source something real, all at once.
 * `sextant config check`: says what is set and from where, asks nobody. */
#include <stdio.h>

#include "views/health.h"

static void print(const struct source_status *st)
{
	const struct health *h = &st->health;
	char span[TIME_SPAN_MAX];

	printf("%-10s %-10s %-15s ", st->source->name, health_kind(st), health_state(st));
	if (!st->source->configured)
		printf("%s\n", st->source->missing);
	else if (!st->healthy)
		printf("%6s  %s\n", time_span(span, st->check_time), st->check_err.text);
	else
		printf("%6s  %s%s%s%s%s\n", time_span(span, st->check_time), h->server,
		       h->user[0] ? " as " : "", h->user, h->detail[0] ? ", " : "", h->detail);
}

/* 0 when every configured source is healthy, 1 when some are not, 4 when none is. */
static int verdict(size_t healthy, size_t configured)
{
	if (!healthy)
		return EXIT_NO_ANSWER;
	return healthy == configured ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}

int cmd_sources(const struct command *cmd)
{
	return health_run(cmd, &(struct health_command){ print, health_json, NULL, verdict, false });
}

int cmd_config_check(const struct command *cmd)
{
	struct config config;
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	if (!command_config(cmd, &config, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	config_describe(&config, &text);
	fputs(buf_str(&text), stdout);
	buf_release(&text);
	config_release(&config);
	return command_written(0);
}
