/* `sextant show`: the same engine without a screen. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sections/engine.h"
#include "sections/telemetry.h"
#include "views/command.h"
#include "views/output.h"

bool output_wants(const struct output_choice *choice, const struct section *s)
{
	for (size_t i = 0; i < choice->n; i++)
		if (!strcmp(choice->ids[i], s->def->id))
			return true;
	return !choice->n && s->state != SECTION_UNASKED;
}

/* One line per section as it settles, on stderr. */
static void narrate(const struct investigation *inv, bool *told)
{
	for (size_t i = 0; i < inv->nsections; i++) {
		const struct section *s = &inv->sections[i];
		char span[TIME_SPAN_MAX];

		if (told[i] || s->state == SECTION_UNASKED || !section_state_final(s->state))
			continue;
		told[i] = true;
		fprintf(stderr, "%-14s %-11s %6zu rows  %5s  %s\n", s->def->id,
			section_state_word(s->state), s->rows.rows,
			time_span(span, s->asked_mono ? s->settled_mono - s->asked_mono : 0),
			s->reason);
	}
}

static void narrate_end(const struct investigation *inv)
{
	output_unasked(stderr, inv);
	fprintf(stderr, "settled in %.4f s\n",
		(double)(inv->settled_mono - inv->opened_mono) / USEC_SEC);
}

/* Runs the engine until everything settled; false when interrupted. */
static bool run(struct engine *en, struct investigation *inv, int stop_fd, bool quiet)
{
	bool told[64] = { false };
	struct pollfd fds[] = { { engine_fd(en), POLLIN, 0 }, { stop_fd, POLLIN, 0 } };

	for (;;) {
		usec next = engine_tick(en, NULL), wait = -1;

		if (!quiet)
			narrate(inv, told);
		if (investigation_settled(inv)) {
			if (!quiet)
				narrate_end(inv);
			return true;
		}
		if (next != TIME_NONE) {
			wait = (next - now_mono() + USEC_MS - 1) / USEC_MS;
			wait = wait < 0 ? 0 : wait > 60000 ? 60000 : wait;
		}
		poll(fds, 2, (int)wait);
		if (fds[1].revents)
			return false;
	}
}

static bool any_open(const struct investigation *inv)
{
	for (size_t i = 0; i < inv->nlog; i++)
		if (inv->log[i]->outcome <= ATTEMPT_RUNNING)
			return true;
	return false;
}

/* After a cancel: until every request has said how it ended, but not for long. */
static void let_go(struct engine *en, const struct investigation *inv)
{
	usec end = now_mono() + QUIT_GRACE, left = QUIT_GRACE;
	struct pollfd fd = { engine_fd(en), POLLIN, 0 };

	for (engine_tick(en, NULL); any_open(inv) && left > 0; engine_tick(en, NULL)) {
		poll(&fd, 1, (int)(left / USEC_MS) + 1);
		left = end - now_mono();
	}
}

bool command_print(FILE *out, const struct command *cmd, const struct investigation *inv)
{
	struct output_choice choice = { cmd->sections, cmd->nsections };

	switch (cmd->format) {
	case FORMAT_JSON:
		return output_json(out, inv, &choice);
	case FORMAT_CSV:
		return output_csv(out, inv, &choice);
	default:
		return output_text(out, inv, &choice);
	}
}

static bool sections_known(const struct command *cmd, const struct workspace *w)
{
	for (size_t i = 0; i < cmd->nsections; i++) {
		char safe[80];
		bool known = false;

		for (size_t k = 0; k < w->nsections; k++)
			known = known || !strcmp(w->sections[k]->id, cmd->sections[i]);
		if (known)
			continue;
		text_safe(safe, sizeof safe, cmd->sections[i], strlen(cmd->sections[i]));
		fprintf(stderr, "sextant: no section '%s'; there are:", safe);
		for (size_t k = 0; k < w->nsections; k++)
			fprintf(stderr, " %s", w->sections[k]->id);
		fputc('\n', stderr);
		return false;
	}
	return true;
}

/* Those of the chosen sections that are asked about something are asked about that. */
static bool ask_about(struct engine *en, struct investigation *inv, const struct command *cmd, struct err *e)
{
	struct subject about;
	bool any = false;

	for (size_t i = 0; i < cmd->nsections; i++) {
		const struct section *s = investigation_section(inv, cmd->sections[i]);

		if (!s->def->nasks || !subject_of_text(&about, &s->def->asks[0], cmd->about))
			continue;
		if (!engine_ask(en, inv, (size_t)(s - inv->sections), &about, e))
			return false;
		any = true;
	}
	return any || err_set(e, ERR_CONFIG, 0, "--about is for sections that are asked about something%s%s%s",
	                      cmd->nsections ? "; " : ": name one with --section",
	                      cmd->nsections ? cmd->sections[0] : "", cmd->nsections ? " is not" : "");
}

static int show(const struct command *cmd, struct engine *en, int stop_fd)
{
	static char buffer[1 << 16];
	struct err e = { 0 };
	struct investigation *inv = engine_open(en, cmd->loads[0], &e);

	if (!inv) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	if (cmd->nsections)
		engine_only(en, inv, cmd->sections, cmd->nsections);
	if (cmd->about && !ask_about(en, inv, cmd, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}

	bool whole = run(en, inv, stop_fd, cmd->quiet);

	if (!whole) {
		engine_cancel_all(en, inv);
		let_go(en, inv);
	}
	engine_stop(en);
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (!command_print(stdout, cmd, inv)) {
		/* A reader that closed the pipe has what it wanted (`| head`). */
		if (errno != EPIPE)
			fprintf(stderr, "sextant: cannot write: %s\n", strerror(errno));
		return errno == EPIPE ? EXIT_COMPLETE : EXIT_INCOMPLETE;
	}
	return whole ? investigation_exit_code(inv) : EXIT_INTERRUPTED;
}

int cmd_show(const struct command *cmd)
{
	struct headless h;
	int status, stop_fd = command_signals();

	if (!sections_known(cmd, &workspace_load))
		return EXIT_USAGE;
	status = headless_begin(&h, cmd);
	if (status)
		return status;
	telemetry_attach(h.engine, &h.config.telemetry);
	return headless_end(&h, show(cmd, h.engine, stop_fd));
}
