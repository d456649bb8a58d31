#include "views/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- faces ---------------------------------------------------------------------- */

static struct face face(enum glyph_name glyph, enum role role, const char *word)
{
	struct face f = { .glyph = glyph, .role = role };

	snprintf(f.word, sizeof f.word, "%s", word);
	return f;
}

static struct face running_face(usec span)
{
	char text[FORMAT_MAX];

	return face(GLYPH_RUN, ROLE_ACCENT, format_running(text, span));
}

static struct face class_face(enum err_kind cls)
{
	switch (cls) {
	case ERR_TIMEOUT: return face(GLYPH_TIME, ROLE_BAD, "time");
	case ERR_AUTH:
	case ERR_DENIED:  return face(GLYPH_DENY, ROLE_BAD, "deny");
	default:          return face(GLYPH_FAIL, ROLE_BAD, "fail");
	}
}

/* The class that all failures of the trail share; ERR_NONE when they differ. */
static enum err_kind shared_class(const struct section *s)
{
	enum err_kind cls = ERR_NONE;

	for (size_t i = 0; i < s->ntrail; i++) {
		if (s->trail[i]->outcome != ATTEMPT_FAILED)
			continue;
		if (cls != ERR_NONE && cls != s->trail[i]->cls)
			return ERR_NONE;
		cls = s->trail[i]->cls;
	}
	return cls;
}

static struct face answered_face(const struct section *s, usec now)
{
	if (s->state == SECTION_PARTIAL)
		return face(GLYPH_PART, ROLE_ATTENTION, "part");
	if (section_stale(s, now))
		return face(GLYPH_STALE, ROLE_ATTENTION, "stale");
	if (s->fallback)
		return face(GLYPH_FALL, ROLE_FALLBACK, "fall");
	return face(GLYPH_OK, ROLE_DIM, "ok");
}

struct face section_face(const struct section *s, usec now)
{
	switch (s->state) {
	case SECTION_WAITING:
	case SECTION_QUEUED:      return face(GLYPH_WAIT, ROLE_DIM, "wait");
	case SECTION_RUNNING:     return running_face(now - s->asked_mono);
	case SECTION_EMPTY:       return face(GLYPH_NONE, ROLE_DIM, "none");
	case SECTION_SKIPPED:     return face(GLYPH_SKIP, ROLE_DIM, "skip");
	case SECTION_FAILED:      return class_face(shared_class(s));
	case SECTION_UNAVAILABLE: return face(GLYPH_SKIP, ROLE_ATTENTION, "n/a");
	case SECTION_CANCELLED:   return face(GLYPH_CANCEL, ROLE_ATTENTION, "canc");
	case SECTION_UNASKED:     return face(GLYPH_DOT, ROLE_DIM, "idle");
	default:                  return answered_face(s, now);
	}
}

struct face attempt_face(const struct attempt *a, usec now)
{
	switch (a->outcome) {
	case ATTEMPT_QUEUED:      return face(GLYPH_WAIT, ROLE_DIM, "wait");
	case ATTEMPT_RUNNING:     return running_face(now - a->started);
	case ATTEMPT_OK:          return face(GLYPH_OK, ROLE_DIM, "ok");
	case ATTEMPT_EMPTY:       return face(GLYPH_NONE, ROLE_DIM, "none");
	case ATTEMPT_PARTIAL:     return face(GLYPH_PART, ROLE_ATTENTION, "part");
	case ATTEMPT_PAUSED:      return face(GLYPH_CANCEL, ROLE_ATTENTION, "held");
	case ATTEMPT_UNAVAILABLE: return face(GLYPH_SKIP, ROLE_DIM, "n/a");
	case ATTEMPT_SKIPPED:     return face(GLYPH_SKIP, ROLE_DIM, "skip");
	case ATTEMPT_CANCELLED:   return face(GLYPH_CANCEL, ROLE_DIM, "canc");
	default:                  return class_face(a->cls);
	}
}

int face_draw(struct canvas *c, int x, int y, const struct face *f)
{
	int used = canvas_glyph(c, x, y, f->role, f->glyph) + 1;

	return used + canvas_puts(c, x + used, y, 8, f->role, f->word);
}

usec attempt_time(const struct attempt *a, usec now)
{
	if (!a->started)
		return 0;
	if (a->ended)
		return a->ended - a->started;
	return now > a->started ? now - a->started : 0;
}

const char *rows_text(char out[static PHRASE_MAX], size_t rows)
{
	snprintf(out, PHRASE_MAX, "%zu row%s", rows, rows == 1 ? "" : "s");
	return out;
}

/* ---- phrases -------------------------------------------------------------------------- */

static const char *class_phrase(const struct attempt *a)
{
	switch (a->cls) {
	case ERR_AUTH:    return "does not accept who we are";
	case ERR_DENIED:  return "refused us";
	case ERR_TRUST:   return "is not who it should be";
	case ERR_NETWORK: return "lost the connection";
	case ERR_MEMORY:  return "ran out of memory";
	case ERR_QUOTA:   return "asked us to slow down";
	case ERR_DECODE:  return "answered what cannot be read";
	case ERR_LIMIT:   return "reached a limit";
	case ERR_CONFIG:  return "is set up wrongly";
	case ERR_REMOTE:  return "answered with an error";
	default:          return "failed";
	}
}

static void failed_phrase(char out[static PHRASE_MAX], const struct attempt *a)
{
	char span[TIME_SPAN_MAX];

	if (a->cls == ERR_TIMEOUT)
		snprintf(out, PHRASE_MAX, "%s timed out at %s", a->source,
		         time_span(span, a->ended - a->started));
	else if (a->code > 0 && a->code < 1000)
		snprintf(out, PHRASE_MAX, "%s %s (%ld)", a->source, class_phrase(a), a->code);
	else
		snprintf(out, PHRASE_MAX, "%s %s", a->source, class_phrase(a));
}

const char *attempt_phrase(char out[static PHRASE_MAX], const struct attempt *a)
{
	static const char *const words[ATTEMPT_OUTCOME_COUNT] = {
		[ATTEMPT_QUEUED] = "has not been asked yet",
		[ATTEMPT_RUNNING] = "is being asked",
		[ATTEMPT_OK] = "answered",
		[ATTEMPT_EMPTY] = "had nothing",
		[ATTEMPT_PARTIAL] = "broke off",
		[ATTEMPT_PAUSED] = "is paused",
		[ATTEMPT_UNAVAILABLE] = "is not configured",
		[ATTEMPT_SKIPPED] = "was not asked",
		[ATTEMPT_CANCELLED] = "was stopped",
	};

	if (a->outcome == ATTEMPT_FAILED)
		failed_phrase(out, a);
	else
		snprintf(out, PHRASE_MAX, "%s %s", a->source, words[a->outcome]);
	return out;
}

const char *without_source(const char *text, const char *source)
{
	size_t len = strlen(source);

	return !strncmp(text, source, len) && !strncmp(text + len, ": ", 2) ? text + len + 2 : text;
}

const char *attempt_detail(const struct attempt *a)
{
	return without_source(a->detail, a->source);
}

static void add(struct sentence *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct sentence *out, const char *fmt, ...)
{
	size_t used = strlen(out->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->text + used, sizeof out->text - used, fmt, ap);
	va_end(ap);
}

/* The state in words, where neither its glyph nor its word is in front of it. */
static void add_head(struct sentence *out, const char *head)
{
	add(out, "%s", head);
	out->head = strlen(out->text);
}

/* The last attempt of a source speaks for it. */
static bool said_later(const struct section *s, size_t at)
{
	for (size_t i = at + 1; i < s->ntrail; i++)
		if (!strcmp(s->trail[i]->source, s->trail[at]->source))
			return true;
	return false;
}

/* Whoever but `by` was asked and did not deliver, with an outcome from `least` on; true
 * when anybody was named. */
static bool add_misses(struct sentence *out, const struct section *s, const char *by,
                       enum attempt_outcome least)
{
	char phrase[PHRASE_MAX];
	bool any = false;

	for (size_t i = 0; i < s->ntrail; i++) {
		const struct attempt *a = s->trail[i];

		if ((by && !strcmp(a->source, by)) || a->outcome == ATTEMPT_SKIPPED ||
		    a->outcome < least || said_later(s, i))
			continue;
		add(out, "%s%s", any ? ", " : "", attempt_phrase(phrase, a));
		any = true;
	}
	return any;
}

/* ---- what is said above rows --------------------------------------------------------------- */

static void add_as_of(struct sentence *out, const struct section *s, struct zone z)
{
	char minute[FORMAT_MAX], age[FORMAT_MAX];

	if (s->as_of == TIME_NONE)
		return;
	add(out, ", as of %s", format_minute(minute, s->as_of, z));
	if (format_age(age, s->as_of, z)[0])
		add(out, " (%s)", age);
}

static void say_fallback(struct sentence *out, const struct section *s, struct zone z)
{
	bool any;

	out->glyph = GLYPH_FALL;
	out->role = ROLE_FALLBACK;
	out->hint = "r retry";
	any = add_misses(out, s, s->answered_by, ATTEMPT_EMPTY);
	add(out, "%s%s answered", any ? "; " : "", s->answered_by);
	add_as_of(out, s, z);
}

/* Partial for a reason that another try would not change: nothing broke. */
static bool broke(const struct section *s)
{
	for (size_t i = 0; i < s->ntrail; i++)
		if (s->trail[i]->outcome == ATTEMPT_FAILED || s->trail[i]->outcome == ATTEMPT_PARTIAL)
			return true;
	return false;
}

static void say_partial(struct sentence *out, const struct section *s)
{
	out->glyph = GLYPH_PART;
	out->role = ROLE_ATTENTION;
	out->hint = broke(s) ? "r retry" : NULL;
	if (out->text[0])
		add(out, "; partial: ");
	else
		add_head(out, "partial: ");
	add(out, "%s", s->reason[0] ? s->reason : "the answer broke off");
}

/* A refetch runs, or it ended without an answer: the rows are older than it. */
static void say_former(struct sentence *out, const struct section *s, usec now, struct zone z)
{
	char span[FORMAT_MAX];

	if (!section_state_final(s->state)) {
		out->glyph = GLYPH_RUN;
		out->role = ROLE_ACCENT;
		add(out, "asking again (%s)", format_running(span, now - s->asked_mono));
	} else {
		add(out, "asked again, %s: ", section_state_word(s->state));
		if (!add_misses(out, s, NULL, ATTEMPT_EMPTY))
			add(out, "%s", s->reason[0] ? s->reason : "no answer");
		out->hint = "r retry";
	}
	add(out, "; these rows are the former answer");
	add_as_of(out, s, z);
}

/* A round of following: what is said above the rows does not come and go with it. */
static void say_round(struct sentence *out, const struct section *s, struct zone z)
{
	if (!s->fallback || !s->answered_by)
		return;
	out->glyph = GLYPH_FALL;
	out->role = ROLE_FALLBACK;
	add(out, "%s answered", s->answered_by);
	add_as_of(out, s, z);
}

static void say_above(struct sentence *out, const struct section *s, usec now, struct zone z)
{
	if (s->previous && s->by_itself && !section_state_final(s->state)) {
		say_round(out, s, z);
		return;
	}
	if (s->previous) {
		say_former(out, s, now, z);
		return;
	}
	if (!section_state_final(s->state)) {
		out->glyph = GLYPH_PART;
		out->role = ROLE_ACCENT;
		add(out, "reading from %s; more rows may come",
		    s->running_source ? s->running_source : "the source");
		return;
	}
	if (s->fallback && s->answered_by)
		say_fallback(out, s, z);
	if (s->state == SECTION_PARTIAL)
		say_partial(out, s);
	else if (s->state != SECTION_OK && s->reason[0])
		add(out, "%s%s", out->text[0] ? "; " : "", s->reason);
	if (!out->text[0] && section_stale(s, now)) {
		out->glyph = GLYPH_STALE;
		out->role = ROLE_ATTENTION;
		out->hint = "r asks again";
		add(out, "this answer is older than it should be");
		add_as_of(out, s, z);
	}
}

/* ---- what is said instead of rows ------------------------------------------------------------- */

static void say_running(struct sentence *out, const struct section *s, usec now)
{
	char span[FORMAT_MAX], limit[FORMAT_MAX];

	if (add_misses(out, s, s->running_source, ATTEMPT_EMPTY))
		add(out, "; ");
	add(out, "asking %s, %u of %u, %s", s->running_source ? s->running_source : "a source", s->step,
	    s->nsteps, format_running(span, now - s->asked_mono));
	if (s->deadline)
		add(out, " of %s", format_running(limit, s->deadline - s->asked_mono));
	out->hint = "x cancels";
}

static void say_unknown(struct sentence *out, const struct section *s)
{
	add(out, ". Whether there is anything is unknown");
	if (s->def->otherwise)
		add(out, ": %s", s->def->otherwise);
}

static void say_failed(struct sentence *out, const struct section *s)
{
	static const char *const heads[] = {
		[ERR_TIMEOUT] = "no answer in time: ",
		[ERR_AUTH] = "not allowed to ask: ",
		[ERR_DENIED] = "not allowed to ask: ",
		[ERR_KIND_COUNT] = NULL,
	};
	const char *head = heads[shared_class(s)];

	add_head(out, head ? head : "failed: ");
	if (!add_misses(out, s, NULL, ATTEMPT_EMPTY))
		add(out, "%s", s->reason[0] ? s->reason : "nobody answered");
	say_unknown(out, s);
	out->hint = "r retry";
}

/* "company, redshift": those whose last attempt ended so; true when there were any. */
static bool add_sources(struct sentence *out, const struct section *s, enum attempt_outcome outcome)
{
	bool any = false;

	for (size_t i = 0; i < s->ntrail; i++) {
		if (s->trail[i]->outcome != outcome || said_later(s, i))
			continue;
		add(out, "%s%s", any ? ", " : "", s->trail[i]->source);
		any = true;
	}
	return any;
}

static void say_empty(struct sentence *out, const struct section *s, struct zone z)
{
	size_t before;

	add_head(out, "none: ");
	if (!add_sources(out, s, ATTEMPT_EMPTY))
		add(out, "%s", s->answered_by ? s->answered_by : "a source that would know");
	add(out, " answered: %s", section_absent(s));
	add_as_of(out, s, z);
	before = strlen(out->text);
	add(out, "; ");
	if (!add_misses(out, s, NULL, ATTEMPT_PARTIAL))
		out->text[before] = '\0';
	if (s->reason[0])
		add(out, " (%s)", s->reason);
}

/* Copies that have nothing: they need not know. */
static bool add_sources_that_lack(struct sentence *out, const struct section *s)
{
	size_t before = strlen(out->text);

	add(out, "; ");
	if (add_sources(out, s, ATTEMPT_EMPTY))
		return true;
	out->text[before] = '\0';
	return false;
}

static void say_unavailable(struct sentence *out, const struct section *s)
{
	add(out, "not configured: ");
	if (!add_sources(out, s, ATTEMPT_UNAVAILABLE))
		add(out, "no source that would know");
	if (add_sources_that_lack(out, s))
		add(out, " had nothing, which proves nothing");
	say_unknown(out, s);
}

static void say_instead(struct sentence *out, const struct section *s, usec now, struct zone z)
{
	switch (s->state) {
	case SECTION_WAITING:
		add(out, "waiting for %s", s->waiting_on[0] ? s->waiting_on : "another section");
		break;
	case SECTION_QUEUED:
		add(out, "queued: ready, waiting for a free place%s%s",
		    s->running_source ? " at " : "", s->running_source ? s->running_source : "");
		break;
	case SECTION_RUNNING:
		say_running(out, s, now);
		break;
	case SECTION_SKIPPED:
		add_head(out, "not asked: ");
		add(out, "%s", s->reason[0] ? s->reason : "it does not apply");
		break;
	case SECTION_FAILED:
		say_failed(out, s);
		break;
	case SECTION_UNAVAILABLE:
		say_unavailable(out, s);
		break;
	case SECTION_CANCELLED:
		add(out, "stopped by you");
		out->hint = "r asks again";
		break;
	case SECTION_UNASKED:
		add_head(out, "not asked yet: ");
		add(out, s->def->told ? "nothing is sent before you agree to it"
		                      : "on demand, it is asked once it is opened");
		out->hint = s->def->told ? "r shows what would be" : "r asks";
		break;
	default:
		say_empty(out, s, z);
		break;
	}
}

static void say_unfollowed(struct sentence *out, const struct section *s)
{
	if (!out->text[0]) {
		out->glyph = GLYPH_CANCEL;
		out->role = ROLE_ATTENTION;
	}
	add(out, "%snot followed: %s", out->text[0] ? "; " : "", s->follow.why);
}

void section_sentence(struct sentence *out, const struct section *s, usec now, struct zone z)
{
	struct face f = section_face(s, now);

	*out = (struct sentence){ .glyph = f.glyph, .role = f.role };
	if (s->rows.rows)
		say_above(out, s, now, z);
	else
		say_instead(out, s, now, z);
	if (s->follow.state == FOLLOW_STOPPED)
		say_unfollowed(out, s);
}

/* ---- provenance ----------------------------------------------------------------------------------- */

static const char *ordinal(char out[static FORMAT_MAX], size_t n)
{
	const char *end = n % 10 == 1 && n % 100 != 11 ? "st" : n % 10 == 2 && n % 100 != 12 ? "nd" :
	                  n % 10 == 3 && n % 100 != 13 ? "rd" : "th";

	snprintf(out, FORMAT_MAX, "%zu%s", n, end);
	return out;
}

static const char *unanswered(enum section_state state)
{
	switch (state) {
	case SECTION_WAITING:
	case SECTION_QUEUED:
	case SECTION_RUNNING:   return "no answer yet";
	case SECTION_SKIPPED:   return "not asked";
	case SECTION_UNASKED:   return "not asked yet";
	case SECTION_CANCELLED: return "stopped";
	default:                return "nobody answered";
	}
}

const char *answer_rank(char out[static PHRASE_MAX], const struct section *s)
{
	size_t n = s->def->nsteps, k = 0;
	char rank[FORMAT_MAX];

	while (k < n && s->answered_by && strcmp(s->def->steps[k].source, s->answered_by) != 0)
		k++;
	if (!s->answered_by || k == n)
		snprintf(out, PHRASE_MAX, "%s", unanswered(s->state));
	else if (n == 1)
		snprintf(out, PHRASE_MAX, "the only source");
	else
		snprintf(out, PHRASE_MAX, "%s, %s of %zu", s->fallback ? "fallback" : "primary",
		         ordinal(rank, k + 1), n);
	return out;
}

const struct attempt *answering_attempt(const struct section *s)
{
	const struct attempt *found = NULL;

	for (size_t i = 0; s->answered_by && i < s->ntrail; i++) {
		const struct attempt *a = s->trail[i];

		if (!strcmp(a->source, s->answered_by) &&
		    (a->outcome == ATTEMPT_OK || a->outcome == ATTEMPT_PARTIAL ||
		     a->outcome == ATTEMPT_EMPTY))
			found = a;
	}
	return found;
}
