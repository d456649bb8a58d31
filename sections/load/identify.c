/* What was typed, read as identifiers of a load, and the window that it is looked for in. */
#include <stdio.h>
#include <string.h>

#include "sections/load/load.h"

enum { TYPED_MAX = 64, ID_DIGITS_MIN = 8, ID_DIGITS_MAX = 10, CONTAINER_LEN = 11 };

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* ISO 6346: A is 10, and multiples of 11 are left out. */
static unsigned letter_value(char c)
{
	unsigned v = (unsigned)(c - 'A') + 10;

	return v + (v > 10) + (v > 20) + (v > 30);
}

enum container_check container_check(const char *text)
{
	unsigned sum = 0;

	if (strlen(text) != CONTAINER_LEN || count_digits(text + 4) != 7)
		return CONTAINER_NOT;
	for (unsigned i = 0; i < CONTAINER_LEN - 1; i++) {
		char c = upper(text[i]);

		if (i < 4 && (c < 'A' || c > 'Z'))
			return CONTAINER_NOT;
		sum += (i < 4 ? letter_value(c) : (unsigned)(c - '0')) << i;
	}
	return sum % 11 % 10 == (unsigned)(text[CONTAINER_LEN - 1] - '0') ? CONTAINER_VALID
									  : CONTAINER_WRONG_DIGIT;
}

static void note_container(struct facts *f, const char *id)
{
	enum container_check check = container_check(id);
	char big[TYPED_MAX + 1] = "";

	for (size_t i = 0; id[i]; i++)
		big[i] = upper(id[i]);
	/* Containers, bookings and bills are stored in capitals. */
	facts_set(f, "document_candidate", big, "");
	if (check == CONTAINER_NOT)
		return;
	facts_set(f, "container_candidate", big, "");
	facts_set(f, "container_check", check == CONTAINER_VALID ? "valid" : "wrong check digit", "");
}

static void note_number(struct facts *f, const char *id)
{
	size_t digits = count_digits(id), len = strlen(id);

	if (digits == len) {
		facts_set(f, "digits", id, "");
		if (len >= ID_DIGITS_MIN && len <= ID_DIGITS_MAX)
			facts_set(f, "tracking_id_candidate", id, "");
	}
	if (len > 3 && upper(id[0]) == 'P' && upper(id[1]) == 'R' && upper(id[2]) == 'O' &&
	    count_digits(id + 3) == len - 3)
		facts_set(f, "pro_candidate", id + 3, "");
}

static bool copy_trimmed(const char *typed, char out[static TYPED_MAX + 1], struct err *e)
{
	size_t len;

	while (*typed == ' ' || *typed == '\t')
		typed++;
	len = strlen(typed);
	while (len > 0 && (typed[len - 1] == ' ' || typed[len - 1] == '\t'))
		len--;
	if (len == 0)
		return err_set(e, ERR_CONFIG, 0, "nothing to look for: give a tracking id, load number, "
			       "PRO, container, booking or BOL");
	if (len > TYPED_MAX)
		return err_set(e, ERR_CONFIG, 0, "too long for an identifier: %zu characters, at most %d",
			       len, TYPED_MAX);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)typed[i] < 0x20 || typed[i] == 0x7f)
			return err_set(e, ERR_CONFIG, 0, "an identifier has no control characters");
	}
	memcpy(out, typed, len);
	out[len] = '\0';
	return true;
}

bool load_identify(const char *typed, struct facts *f, struct err *e)
{
	char id[TYPED_MAX + 1];

	if (!copy_trimmed(typed, id, e))
		return false;
	if (!facts_set(f, "identifier", id, "") || !facts_set(f, "load_number_candidate", id, ""))
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	note_number(f, id);
	note_container(f, id);
	return true;
}

/* ---- the window ---------------------------------------------------------------- */

static const char *const moments[] = {
	"created_at", "terminated_at", "delivered_at", "expired_at", "latest_check_call_at",
	"delivery_check_call_at", "pickup_check_call_at", "first_check_call_at", NULL,
};

static bool has_ended(const struct facts *f)
{
	return facts_time(f, "delivered_at") != TIME_NONE ||
	       facts_time(f, "terminated_at") != TIME_NONE ||
	       facts_time(f, "expired_at") != TIME_NONE;
}

static void around_moments(const struct facts *f, struct window *w)
{
	w->from = w->to = facts_time(f, "created_at");
	for (size_t i = 0; moments[i]; i++) {
		usec t = facts_time(f, moments[i]);

		if (t == TIME_NONE)
			continue;
		w->from = t < w->from ? t : w->from;
		w->to = t > w->to ? t : w->to;
	}
	w->from -= USEC_DAY;
	w->to += USEC_DAY;
	snprintf(w->reason, sizeof w->reason, "from a day before the first of the load's timestamps to "
		 "a day after the last");
	if (!has_ended(f)) {
		w->to = TIME_NONE;
		snprintf(w->reason, sizeof w->reason, "from a day before the first of the load's "
			 "timestamps to now: not delivered, terminated or expired");
	}
}

static void around_attempt(usec processed, struct window *w)
{
	w->from = processed - 6 * USEC_HOUR;
	w->to = processed + 6 * USEC_HOUR;
	snprintf(w->reason, sizeof w->reason,
		 "6 hours around the last creation attempt: the load was never created");
}

static void last_week(const struct facts *f, usec now, struct window *w)
{
	const char *why = "no times of the load are known";

	if (facts_get(f, "created_at"))
		why = "created_at cannot be read";
	else if (facts_get(f, "tracking_id"))
		why = "created_at is missing";
	else if (facts_get(f, "candidates"))
		why = "several loads match";
	w->from = now - 7 * USEC_DAY;
	w->to = TIME_NONE;
	snprintf(w->reason, sizeof w->reason, "the last 7 days: %s", why);
}

void load_window(const struct facts *f, usec now, struct window *w)
{
	usec processed = facts_time(f, "processed_at");

	if (facts_time(f, "created_at") != TIME_NONE)
		around_moments(f, w);
	else if (facts_get(f, "never_created") && processed != TIME_NONE)
		around_attempt(processed, w);
	else
		last_week(f, now, w);
	w->anchor = facts_time(f, "updated_at");
	if (w->anchor == TIME_NONE)
		w->anchor = w->to;
}
