/* What a shipment at sea is tracked by: one row for each fact that somebody would have to
 * look up in the services, and what is wrong with it. Teaches which subscription crawls
 * the carrier. */
#include <stdio.h>
#include <string.h>

#include "sections/investigation.h"
#include "sections/load/cells.h"
#include "sections/load/load.h"

#define CONFIG_COLUMNS(X) \
	X(K_FACT, "fact", "fact", TEXT, 1, 15, true) \
	X(K_VALUE, "value", "value", TEXT, 1, 0, false) \
	X(K_NOTE, "note", "what it means", TEXT, 3, 21, false) \
	X(K_VERDICT, "verdict", "verdict", TEXT, 4, 8, false) \
	X(K_AT, "at", "at", TIME, 0, 16, false) \
	X(K_SOURCE, "tracking_source", "tracked by", TEXT, 0, 10, false) \
	X(K_IDENTIFIER, "primary_identifier", "identifier", TEXT, 0, 16, false) \
	X(K_IDENTIFIED, "identifier_value", "identifier value", TEXT, 0, 16, false) \
	X(K_SUBSCRIPTION, "subscription_id", "subscription", TEXT, 0, 40, false) \
	X(K_STATUS, "subscription_status", "subscription status", TEXT, 0, 10, false) \
	X(K_KNOWN, "subscription_known", "subscription known", FLAG, 0, 5, false) \
	X(K_CODE, "carrier_code", "carrier code", TEXT, 0, 6, false) \
	X(K_CARRIER, "carrier_name", "carrier", TEXT, 0, 20, false) \
	X(K_PORTAL, "portal_url", "portal", TEXT, 0, 40, false) \
	X(K_LOGIN, "credentials_status", "credentials", TEXT, 0, 10, false) \
	X(K_SCRAPED, "last_scrape_at", "last scrape", TIME, 0, 16, false) \
	X(K_ENABLED, "scraping_enabled", "scraping", FLAG, 0, 5, false) \
	X(K_ERRORS, "recent_errors", "recent errors", NUMBER, 0, 5, false) \
	X(K_ID, "config_id", "Super API id", TEXT, 0, 10, false) \
	X(K_CONTAINER, "container_number", "container", TEXT, 0, 12, false) \
	X(K_ACTIVE, "active", "active", FLAG, 0, 5, false) \
	X(K_MULTI, "multi_source", "several sources", FLAG, 0, 5, false) \
	X(K_SOURCES, "sources", "sources", TEXT, 0, 20, false) \
	X(K_ID_CONTAINER, "identifier_container", "known container", TEXT, 0, 12, false) \
	X(K_ID_BOOKING, "identifier_booking", "known booking", TEXT, 0, 14, false) \
	X(K_ID_BOL, "identifier_bol", "known bill of lading", TEXT, 0, 18, false) \
	X(K_ID_REF, "identifier_carrier_ref", "carrier's reference", TEXT, 0, 14, false) \
	X(K_ID_MORE, "identifiers_more", "more identifiers", BODY, 0, 0, false) \
	X(K_EXISTS, "load_exists", "load exists", FLAG, 0, 5, false) \
	X(K_TRACKING, "tracking_active", "tracking active", FLAG, 0, 5, false) \
	X(K_VALID, "subscription_valid", "subscription valid", FLAG, 0, 5, false) \
	X(K_RECENT, "recent_updates", "recent updates", FLAG, 0, 5, false) \
	X(K_DIAGNOSTICS, "diagnostics", "diagnostics", TEXT, 0, 30, false) \
	X(K_CONFIG, "configuration", "configuration, as sent", BODY, 0, 0, false)

enum { CONFIG_COLUMNS(COLUMN_SYMBOL) K_COUNT };

static const struct column_def columns[K_COUNT] = { CONFIG_COLUMNS(COLUMN_ROW) };

/* A crawler comes about every six hours. */
#define SCRAPE_LATE (12 * USEC_HOUR)
#define SCRAPE_DEAD (3 * USEC_DAY)

static const char *const verdicts[] = {
	[MARK_FINE] = "ok", [MARK_DOUBT] = "check", [MARK_PROBLEM] = "problem",
};

/* One source row, while its facts are told. */
struct telling {
	struct row_maker *maker;
	const struct cell *c;
	struct err *e;
	bool ok;
};

static void tell_at(struct telling *t, const char *fact, struct cell value, enum mark mark, struct cell note,
		    struct cell at)
{
	struct cell row[K_COUNT];

	memcpy(row, t->c, sizeof row);
	row[K_FACT] = cell_of(fact);
	row[K_VALUE] = value;
	row[K_VERDICT] = cell_of(verdicts[mark]);
	row[K_NOTE] = note;
	row[K_AT] = at;
	t->ok = t->ok && row_emit(t->maker, row, t->e);
}

static void tell(struct telling *t, const char *fact, struct cell value, enum mark mark, const char *note)
{
	tell_at(t, fact, value, mark, cell_of(note), CELL_NULL);
}

/* A flag that ought to be set; one that nobody gave is no fact. */
static void tell_flag(struct telling *t, const char *fact, size_t column, enum mark when_not, const char *note)
{
	enum flag flag = cell_flag(t->c[column]);

	if (flag != FLAG_UNKNOWN)
		tell(t, fact, cell_of(flag == FLAG_YES ? "yes" : "no"), flag == FLAG_YES ? MARK_FINE : when_not,
		     flag == FLAG_YES ? NULL : note);
}

static void tell_if(struct telling *t, const char *fact, size_t column, const char *note)
{
	if (!cell_is_null(t->c[column]))
		tell(t, fact, t->c[column], MARK_FINE, note);
}

static bool is_one_of(struct cell c, const char *const *words)
{
	while (*words && !cell_is(c, *words))
		words++;
	return *words;
}

/* A vendor reads the carrier's site: only then there is somebody who could fail to. */
static bool is_crawled(struct cell source)
{
	static const char *const crawlers[] = { "JT", "RPA", "ERPA", "AA", "web_scrapping", NULL };

	return is_one_of(source, crawlers);
}

static void tell_source(struct telling *t)
{
	struct cell source = t->c[K_SOURCE];

	if (cell_is_null(source))
		tell(t, "tracked by", CELL_NULL, MARK_PROBLEM, "no source: nothing is expected to arrive");
	else
		tell(t, "tracked by", source, MARK_FINE,
		     is_crawled(source)      ? "a crawler reads the carrier's site" :
		     cell_is(source, "EDI") ? "the carrier sends messages" :
		     cell_is(source, "API") ? "the carrier's API is asked" : NULL);
}

/* ---- identifiers ------------------------------------------------------------------- */

static enum mark judge_identifier(struct cell value, const char **note)
{
	char text[32];

	*note = NULL;
	snprintf(text, sizeof text, "%.*s", value.len < sizeof text ? (int)value.len : 0, value.data);
	if (container_check(text) != CONTAINER_WRONG_DIGIT)
		return MARK_FINE;
	*note = "its check digit does not fit: mistyped?";
	return MARK_DOUBT;
}

static void tell_identifier(struct telling *t)
{
	struct cell name = t->c[K_IDENTIFIER], value = t->c[K_IDENTIFIED];
	const char *note;
	enum mark mark;

	if (cell_is_null(value)) {
		tell(t, "identifier", name, MARK_PROBLEM,
		     "no identifier: the carrier cannot be asked about the shipment");
		return;
	}
	mark = judge_identifier(value, &note);
	tell_at(t, "identifier", value, mark,
		note ? cell_of(note) : row_printf(t->maker, "by %.*s", (int)name.len, name.data ? name.data : ""),
		CELL_NULL);
}

static void tell_identifiers(struct telling *t)
{
	static const struct { const char *fact; size_t column; } known[] = {
		{ "container", K_ID_CONTAINER }, { "booking", K_ID_BOOKING },
		{ "bill of lading", K_ID_BOL },  { "carrier's ref", K_ID_REF },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct cell value = t->c[known[i].column];
		const char *note;
		enum mark mark;

		if (cell_is_null(value))
			continue;
		any = true;
		mark = judge_identifier(value, &note);
		tell(t, known[i].fact, value, mark, note);
	}
	if (!any && cell_is_null(t->c[K_CONTAINER]))
		tell_identifier(t);
	else if (!any)
		tell(t, "container", t->c[K_CONTAINER], MARK_FINE, NULL);
}

/* ---- the subscription -------------------------------------------------------------- */

static void tell_scrape(struct telling *t)
{
	struct cell at = t->c[K_SCRAPED];
	usec then = cell_time(at), age;
	struct buf ago = BUF_INIT;

	if (then == TIME_NONE) {
		if (cell_is(t->c[K_KNOWN], "true"))
			tell(t, "last scrape", at, MARK_PROBLEM, "never: the carrier's site was not read yet");
		return;
	}
	age = row_now(t->maker) - then;
	put_ago(&ago, row_now(t->maker), then);
	tell_at(t, "last scrape", row_printf(t->maker, "%s", buf_str(&ago) + 1),
		age > SCRAPE_DEAD ? MARK_PROBLEM : age > SCRAPE_LATE ? MARK_DOUBT : MARK_FINE,
		cell_of(age > SCRAPE_LATE ? "late: every 6 h is usual" : NULL), at);
	buf_release(&ago);
}

static void tell_login(struct telling *t)
{
	static const char *const good[] = { "ok", "valid", "active", "good", "not_required", NULL };
	struct cell login = t->c[K_LOGIN];

	if (cell_is_null(login))
		return;
	if (is_one_of(login, good))
		tell(t, "credentials", login, MARK_FINE, NULL);
	else
		tell(t, "credentials", login, MARK_PROBLEM, "the crawler cannot log in at the carrier's site");
}

static void tell_errors(struct telling *t)
{
	long n;

	if (cell_int(t->c[K_ERRORS], &n))
		tell(t, "recent errors", t->c[K_ERRORS], n > 0 ? MARK_DOUBT : MARK_FINE,
		     n > 0 ? "JT history says which" : NULL);
}

static void tell_subscription(struct telling *t)
{
	struct cell id = t->c[K_SUBSCRIPTION], status = t->c[K_STATUS];
	bool crawled = is_crawled(t->c[K_SOURCE]);

	if (cell_is_null(id)) {
		tell(t, "subscription", id, crawled ? MARK_PROBLEM : MARK_FINE,
		     crawled ? "none: nobody crawls the carrier for it" : "none is needed");
		return;
	}
	if (cell_is(t->c[K_KNOWN], "false"))
		tell(t, "subscription", id, MARK_PROBLEM, "the service does not know it any more");
	else
		tell(t, "subscription", id, MARK_FINE, NULL);
	if (!cell_is_null(status))
		tell(t, "status", status, cell_is(status, "active") ? MARK_FINE : MARK_PROBLEM,
		     cell_is(status, "active") ? NULL : "not active: nothing is crawled");
	tell_flag(t, "scraping", K_ENABLED, MARK_PROBLEM, "switched off");
	tell_login(t);
	tell_scrape(t);
	tell_errors(t);
	tell_if(t, "portal", K_PORTAL, "to look by hand");
}

/* ---- the answers of three services --------------------------------------------------- */

static void tell_carrier(struct telling *t)
{
	struct cell code = t->c[K_CODE];

	if (!cell_is_null(t->c[K_CARRIER]))
		tell_at(t, "carrier", t->c[K_CARRIER], MARK_FINE,
			cell_is_null(code) ? CELL_NULL : row_printf(t->maker, "code %.*s", (int)code.len, code.data),
			CELL_NULL);
	else
		tell_if(t, "carrier", K_CODE, NULL);
}

static void tell_checklist(struct telling *t)
{
	tell_flag(t, "load exists", K_EXISTS, MARK_PROBLEM, "the Data Hub does not know the load");
	tell_flag(t, "tracking active", K_TRACKING, MARK_PROBLEM, "nothing is tracked");
	tell_flag(t, "subscribed", K_VALID, MARK_PROBLEM, "there is none, or it is not active");
	tell_flag(t, "recent updates", K_RECENT, MARK_DOUBT, "nothing came lately");
	tell_if(t, "diagnostics", K_DIAGNOSTICS, NULL);
}

static void tell_super(struct telling *t)
{
	tell_source(t);
	tell_flag(t, "active", K_ACTIVE, MARK_PROBLEM, "the shipment is not tracked any more");
	tell_identifiers(t);
	tell_if(t, "sources", K_SOURCES, cell_flag(t->c[K_MULTI]) == FLAG_YES ? "several at once" : NULL);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct telling t = { m, c, e, true };

	tidy_cells(m, columns, K_COUNT, c);
	c[K_SOURCES] = tidy_list(m, c[K_SOURCES]);
	if (!cell_is_null(c[K_EXISTS])) {
		tell_checklist(&t);
	} else if (!cell_is_null(c[K_ID])) {
		tell_super(&t);
	} else {
		tell_source(&t);
		tell_identifier(&t);
		tell_carrier(&t);
		tell_subscription(&t);
	}
	return t.ok;
}

/* ---- what is said of them -------------------------------------------------------------- */

static enum mark mark(const struct rowset *rows, size_t row)
{
	struct cell verdict = rowset_cell(rows, row, K_VERDICT);

	return cell_is(verdict, verdicts[MARK_PROBLEM]) ? MARK_PROBLEM :
	       cell_is(verdict, verdicts[MARK_DOUBT])   ? MARK_DOUBT : MARK_FINE;
}

/* Words behind the count of problems. */
static void put_word(struct buf *out, const char *before, struct cell c)
{
	if (cell_is_null(c))
		return;
	buf_printf(out, ", %s", before);
	buf_put_safe(out, c.data, c.len);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t problems = 0;
	usec scraped;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++)
		problems += mark(rows, i) == MARK_PROBLEM;
	buf_printf(out, "%zu problem%s", problems, problems == 1 ? "" : "s");
	put_word(out, "tracked by ", rowset_cell(rows, 0, K_SOURCE));
	put_word(out, "", rowset_cell(rows, 0, K_IDENTIFIED));
	put_word(out, "subscription ", rowset_cell(rows, 0, K_STATUS));
	scraped = cell_time(rowset_cell(rows, 0, K_SCRAPED));
	if (scraped != TIME_NONE) {
		buf_puts(out, ", last scrape");
		put_ago(out, now, scraped);
	}
}

static const char *const needs_id[] = { "tracking_id", NULL };

static const struct step steps[] = {
	{ .source = "ocean", .query = "ocean_config", .needs = needs_id, .authority = true },
	{ .source = "super", .query = "ocean_config", .needs = needs_id, .authority = true },
	/* It says what is wrong, not what is configured. */
	{ .source = "datahub", .query = "ocean_config", .needs = needs_id },
};

static bool learn(const struct section *s, const struct step *answered, struct facts *f)
{
	/* The others know of no subscriptions: that they name none says nothing. */
	bool would_tell = answered == &steps[0];

	facts_set(f, "subscription_told", would_tell ? "true" : NULL, s->def->id);
	facts_set_cell(f, "subscription_id", rowset_cell(&s->rows, 0, K_SUBSCRIPTION), s->def->id);
	facts_set_cell(f, "tracking_source", rowset_cell(&s->rows, 0, K_SOURCE), s->def->id);
	facts_set_cell(f, "carrier_code", rowset_cell(&s->rows, 0, K_CODE), s->def->id);
	return false;
}

/* ---- the table ---------------------------------------------------------------------------- */

static const struct moment_def moments[] = {
	{ .word = "scraped", .event = MOMENT_COLUMN(K_AT), .what = { MOMENT_COLUMN(K_SUBSCRIPTION) },
	  .optional = true },
};

const struct section_def section_ocean_config = {
	.id = "ocean_config",
	.title = "Ocean setup",
	.letter = 'U',
	.absent = "it is not set up there",
	.columns = columns,
	.ncolumns = K_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 50,
	.ttl = 10 * USEC_MIN,
	.skip = skip_unless_ocean,
	.derive = derive,
	.mark = mark,
	.summary = summary,
	.learn = learn,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.on_demand = true,
	.question = "which identifier, source and subscription the shipment is tracked by",
};
