#include "views/health.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "views/words.h"

/* SIGNED_MS: services that sign requests refuse more than five minutes. */
enum { SKEW_MS = 2000, SIGNED_MS = 240000, DAYS_SOON = 14 };

/* ---- asking ----------------------------------------------------------------------- */

/* What came of asking besides what the engine knows. */
struct asked {
	const struct source *collector;  /* NULL = it was not asked */
	struct telemetry_status telemetry;
};

static bool all_checked(struct engine *en)
{
	for (size_t i = 0; i < engine_sources(en); i++)
		if (engine_source(en, i)->checking)
			return false;
	return true;
}

/* False when a signal came first. */
static bool ask_all(struct engine *en, int stop_fd)
{
	struct pollfd fds[] = { { engine_fd(en), POLLIN, 0 }, { stop_fd, POLLIN, 0 } };

	for (size_t i = 0; i < engine_sources(en); i++)
		engine_check(en, i);
	while (!fds[1].revents) {
		engine_tick(en, NULL);
		if (all_checked(en))
			return true;
		poll(fds, 2, -1);
	}
	return false;
}

/* As a source is told, as far as that means something. */
static json_t *telemetry_json(const struct asked *a)
{
	const struct telemetry_status *st = &a->telemetry;
	bool healthy = st->asked && st->err.kind == ERR_NONE;

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "name", "telemetry", "kind", "otlp", "state",
		healthy ? "healthy" : "unhealthy", "origin", a->collector->origin,
		"ms", st->asked ? json_integer(st->ask_time / USEC_MS) : json_null(),
		"class", healthy ? json_null() : json_string(err_word(st->err.kind)),
		"detail", st->err.text[0] ? json_string(st->err.text) : json_null());
}

static void print_telemetry(const struct asked *a)
{
	const struct telemetry_status *st = &a->telemetry;
	bool healthy = st->asked && st->err.kind == ERR_NONE;
	char span[TIME_SPAN_MAX];

	printf("%-10s %-10s %-15s %6s  %s%s%s\n", "telemetry", "otlp", healthy ? "healthy" : "unhealthy",
	       st->asked ? time_span(span, st->ask_time) : "", a->collector->origin,
	       st->err.text[0] ? "; " : "", without_source(st->err.text, "telemetry"));
}

static void print_json(struct engine *en, const struct asked *a, const struct health_command *what)
{
	json_t *all = json_array();
	bool ok = true;

	for (size_t i = 0; ok && i < engine_sources(en); i++)
		ok = !json_array_append_new(all, what->json(engine_source(en, i)));
	if (ok && a->collector)
		ok = !json_array_append_new(all, telemetry_json(a));
	if (ok && json_dumpf(all, stdout, JSON_ENSURE_ASCII | JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(all);
}

/* Prints, and says the exit status. */
static int report(struct engine *en, const struct asked *a, enum format format,
		  const struct health_command *what)
{
	size_t healthy = 0, configured = 0, n = engine_sources(en);

	for (size_t i = 0; i < n; i++) {
		const struct source_status *st = engine_source(en, i);

		configured += st->source->configured;
		healthy += st->healthy;
		if (format != FORMAT_JSON)
			what->print(st);
	}
	if (format != FORMAT_JSON && a->collector)
		print_telemetry(a);
	if (format == FORMAT_JSON)
		print_json(en, a, what);
	else if (what->total)
		what->total(healthy, configured, n);
	return command_written(what->verdict(healthy, configured));
}

/* False when a signal came first. */
static bool collector_asked(struct telemetry *t, usec timeout, int stop_fd)
{
	usec end = now_mono() + timeout, now;
	struct pollfd stop = { stop_fd, POLLIN, 0 };

	while ((now = now_mono()) < end) {
		usec until = now + 100 * USEC_MS;

		if (telemetry_asked(t, until < end ? until : end))
			break;
		if (poll(&stop, 1, 0) > 0)
			return false;
	}
	return true;
}

/* All at once: the collector answers while the sources do. False when a signal came first. */
static bool ask(struct engine *en, const struct config *config, const struct health_command *what,
		int stop_fd, struct asked *a)
{
	struct telemetry *t = what->telemetry ? telemetry_attach(en, &config->telemetry) : NULL;

	if (t)
		telemetry_ask(t);
	if (!ask_all(en, stop_fd))
		return false;
	if (!t)
		return true;
	if (!collector_asked(t, config->telemetry.traces.timeout, stop_fd))
		return false;
	telemetry_status(t, &a->telemetry);
	a->collector = &config->telemetry.traces;
	if (!a->telemetry.asked && a->telemetry.err.kind == ERR_NONE)
		err_set(&a->telemetry.err, ERR_TIMEOUT, 0, "telemetry: no answer in time");
	return true;
}

int health_run(const struct command *cmd, const struct health_command *what)
{
	struct asked asked = { NULL };
	struct headless h;
	int stop_fd = command_signals(), status = headless_begin(&h, cmd);

	if (status)
		return status;
	status = EXIT_INTERRUPTED;
	if (ask(h.engine, &h.config, what, stop_fd, &asked))
		status = report(h.engine, &asked, cmd->format, what);
	return headless_end(&h, status);
}

/* ---- one source --------------------------------------------------------------------- */

enum health_mood health_mood(const struct source_status *st)
{
	uint64_t ok = st->ok - st->ok_then + (st->checked && st->healthy);
	uint64_t failed = st->failed - st->failed_then + (st->checked && !st->healthy);

	if (ok && failed)
		return st->down ? MOOD_DOWN : MOOD_MIXED;
	return ok ? MOOD_WELL : failed ? MOOD_ILL : MOOD_UNKNOWN;
}

const char *health_state(const struct source_status *st)
{
	if (!st->source->configured)
		return "not configured";
	return st->healthy ? "healthy" : "unhealthy";
}

const char *health_kind(const struct source_status *st)
{
	return st->source->client ? st->source->client->kind : "";
}

static json_t *string_or_null(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

/* NULL: it does not tell. */
static const char *rights_word(enum health_rights rights)
{
	return rights == RIGHTS_WRITE ? "write" : rights == RIGHTS_READ ? "read" : NULL;
}

json_t *health_json(const struct source_status *st)
{
	bool asked = st->checked;

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"name", st->source->name, "kind", string_or_null(health_kind(st)),
		"state", health_state(st), "origin", string_or_null(st->source->origin),
		"missing", string_or_null(st->source->configured ? NULL : st->source->missing),
		"ms", asked ? json_integer(st->check_time / USEC_MS) : json_null(),
		"server", string_or_null(st->health.server), "user", string_or_null(st->health.user),
		"read_only", asked && st->healthy ? json_boolean(st->health.read_only) : json_null(),
		"rights", string_or_null(asked && st->healthy ? rights_word(st->health.rights) : NULL),
		"skew_ms", asked && (st->healthy || st->health.skew_ms) ? json_integer(st->health.skew_ms) : json_null(),
		"class", asked && !st->healthy ? json_string(err_word(st->check_err.kind)) : json_null(),
		"detail", string_or_null(st->healthy ? st->health.detail : st->check_err.text));
}

/* ---- what to do ------------------------------------------------------------------------ */

/* What is not there is for who keeps the configuration; all else is said by a store. */
static const char *advice_on_secret(enum err_kind why)
{
	switch (why) {
	case ERR_AUTH:    return "the store refused our identity: log in to it anew";
	case ERR_DENIED:  return "the store knows you and keeps the secret back: ask for read access";
	case ERR_NETWORK:
	case ERR_TIMEOUT: return "the store is not reachable: are you on the VPN?";
	case ERR_TRUST:   return "who answers for the store is not who it should be: is its ca_file set?";
	default:          return "set what it refers to, or refer to another secret";
	}
}

static const char *advice_on_tls(enum peer_flaw flaw)
{
	switch (flaw) {
	case PEER_EXPIRED:        return "its certificate is over: whoever runs it has to renew it";
	case PEER_NOT_YET_VALID:  return "its certificate is not good yet: is this machine's clock right?";
	case PEER_OTHER_NAME:     return "its certificate is for another name: is the host the one that it names?";
	case PEER_UNKNOWN_ISSUER: return "who signed its certificate is not known here: is ca_file set, is a proxy "
					 "in between?";
	case PEER_NO_TLS:         return "it does not speak TLS as it should: is the port right?";
	case PEER_SILENT:         return "it accepts and says nothing: is it hanging, is the port right?";
	default:                  return "its certificate is not trusted: who runs it has to say why";
	}
}

static const char *advice_on_way(const struct reach *reach, enum reach_name step)
{
	enum err_kind why = reach->steps[step].why;

	switch (step) {
	case REACH_SECRET:
		return advice_on_secret(why);
	case REACH_NAME:
		return "the name is not known here: is it spelt right, and are you on the VPN?";
	case REACH_CONNECT:
		return why == ERR_TIMEOUT ? "not reachable: are you on the VPN?"
		                          : "nothing accepts there: is the port right, and are you on the VPN?";
	default:
		return advice_on_tls(reach->flaw);
	}
}

static bool clocks_differ(const struct health *h, int64_t ms)
{
	return llabs((long long)h->skew_ms) > ms;
}

static const char *advice_on_refusal(const struct source_status *st)
{
	if (clocks_differ(&st->health, SIGNED_MS))
		return "the identity was refused, and the clocks differ: is this machine's right, has the secret "
		       "been changed?";
	return "the identity was refused: has the secret been changed, or expired?";
}

static const char *advice_on_answer(const struct source_status *st)
{
	switch (st->check_err.kind) {
	case ERR_AUTH:    return advice_on_refusal(st);
	case ERR_DENIED:  return "it knows you and does not allow the question: ask for read access";
	case ERR_TRUST:   return "it sends us elsewhere, or is not who it should be: is the url right, is a login "
				 "page in between?";
	case ERR_NETWORK: return strncmp(st->source->origin, "http:", 5) == 0 ?
				 "the connection broke: does it want https?" :
				 "the connection broke: does something in between close it?";
	case ERR_TIMEOUT: return "it accepts and does not answer: is it asleep or overloaded?";
	case ERR_QUOTA:   return "it asks to slow down: try again in a minute";
	case ERR_DECODE:  return "something else answers there: a login page, another service?";
	case ERR_REMOTE:  return st->check_err.code == 404 ?
				 "what is asked for is not there: is the url right?" :
				 "it answers with an error of its own: ask who runs it";
	case ERR_CONFIG:  return "`sextant config check` shows what is set, and from where";
	default:          return "try again; if it stays so, tell who keeps Sextant";
	}
}

static const char *advice_when_well(const struct source_status *st)
{
	if (clocks_differ(&st->health, SKEW_MS))
		return "its clock and this machine's differ: signatures may be refused";
	if (st->reach.expires && st->reach.days_left < DAYS_SOON)
		return "its certificate ends soon";
	if (st->freshness.asked && st->freshness.err.kind != ERR_NONE)
		return "it answers, but not about its data: are database and schema right, may we read them?";
	if (freshness_stale(&st->freshness, st->source))
		return "nothing new came for days: does its feed still run?";
	return st->health.rights == RIGHTS_WRITE ? "an account that only reads would be safer" : NULL;
}

const char *health_advice(const struct source_status *st)
{
	if (!st->checked)
		return NULL;
	if (st->healthy)
		return advice_when_well(st);
	for (int i = 0; i < REACH_STEP_COUNT; i++)
		if (st->reach.steps[i].outcome == REACH_FAILED)
			return advice_on_way(&st->reach, (enum reach_name)i);
	return advice_on_answer(st);
}

void health_clock(struct buf *out, const struct health *h)
{
	char span[TIME_SPAN_MAX];

	if (!h->skew_ms)
		return;
	if (clocks_differ(h, SKEW_MS))
		buf_printf(out, "its clock is %s %s", time_span(span, llabs((long long)h->skew_ms) * USEC_MS),
			   h->skew_ms > 0 ? "ahead" : "behind");
	else
		buf_puts(out, "clock ok");
}

void health_telemetry(struct buf *out, const struct telemetry_status *st)
{
	uint64_t lost = st->dropped + st->rejected;

	buf_printf(out, "%" PRIu64 " told", st->told);
	if (lost > 0)
		buf_printf(out, ", %" PRIu64 " lost", lost);
	if (st->err.kind != ERR_NONE)
		buf_printf(out, "; %s", without_source(st->err.text, "telemetry"));
}

/* Of a secret that a store gave it is said where. */
static const char *step_text(const struct reach_step *step, enum reach_name i, char span[static TIME_SPAN_MAX])
{
	if (step->outcome != REACH_OK)
		return "failed";
	if (i == REACH_SECRET)
		return strchr(step->text, '(') ? step->text : "ok";
	return time_span(span, step->took);
}

void health_way(struct buf *out, const struct source_status *st)
{
	char span[TIME_SPAN_MAX];
	usec left = st->check_time;

	for (int i = 0; i < REACH_STEP_COUNT; i++) {
		const struct reach_step *step = &st->reach.steps[i];

		left -= step->took;
		if (step->outcome != REACH_SKIPPED)
			buf_printf(out, "%s%s %s", out->len ? "  " : "", reach_word((enum reach_name)i),
				   step_text(step, (enum reach_name)i, span));
	}
	if (st->healthy)
		buf_printf(out, "%sasked %s", out->len ? "  " : "", time_span(span, left > 0 ? left : 0));
}
