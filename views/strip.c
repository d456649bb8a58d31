#include "views/strip.h"

#include <stdio.h>
#include <string.h>

enum { BARS = 8, TICK_MIN = 8, TICK_MAX = 24, LABEL_MAX = 8 };

/* In ASCII a dot is a bar, so nothing is a blank. In one role: every change of it would
 * cost a slow link more than the bar itself. */
void strip_bars(struct canvas *c, int x, int y, const struct histogram *h, int lane)
{
	const unsigned *count = lane == STRIP_ALL ? h->sum : h->count[lane];
	unsigned most = lane == STRIP_ALL ? h->most_sum : h->most;

	for (int i = 0; i < h->cells; i++) {
		int level = histogram_level(count[i], most, BARS);

		if (level)
			canvas_glyph(c, x + i, y, ROLE_TEXT, (enum glyph_name)(GLYPH_BAR1 + level - 1));
		else if (!c->ascii)
			canvas_glyph(c, x + i, y, ROLE_TEXT, GLYPH_DOT);
	}
}

/* As few cells as let ticks stand at round hours or days. */
static usec tick_step(const struct histogram *h)
{
	for (int k = TICK_MIN; k <= TICK_MAX; k++)
		if (USEC_DAY % (k * h->step) == 0 || k * h->step % USEC_DAY == 0)
			return k * h->step;
	return TICK_MIN * h->step;
}

/* "20 14h", "14:20", "01-20", "2026-01". */
static const char *label(char out[static LABEL_MAX], usec t, usec step, struct zone zone)
{
	char time[FORMAT_MAX];

	format_time(time, t, zone);
	if (step < USEC_HOUR)
		snprintf(out, LABEL_MAX, "%.5s", time + 11);
	else if (step < USEC_DAY)
		snprintf(out, LABEL_MAX, "%.2s %.2sh", time + 8, time + 11);
	else if (step < 28 * USEC_DAY)
		snprintf(out, LABEL_MAX, "%.5s", time + 5);
	else
		snprintf(out, LABEL_MAX, "%.7s", time);
	return out;
}

/* Ticks stand at round times of the zone that is shown. */
void strip_axis(struct canvas *c, int x, int y, const struct histogram *h, struct zone zone)
{
	usec tick = tick_step(h), t = h->from + tick - 1, offset = zone_offset(zone, h->from);
	char text[LABEL_MAX];

	for (t -= (t + offset) % tick; t < h->from + h->cells * h->step; t += tick) {
		int at = (int)((t - h->from) / h->step);

		label(text, t, h->step, zone);
		if (at + (int)strlen(text) <= h->cells)
			canvas_puts(c, x + at, y, LABEL_MAX, ROLE_DIM, text);
	}
}

const char *strip_step(char out[static FORMAT_MAX], const struct histogram *h)
{
	char span[TIME_SPAN_MAX];

	/* A day is said as one: "24h" would be read twice. */
	snprintf(out, FORMAT_MAX, "%s", h->step == USEC_DAY ? "1d" : time_span(span, h->step));
	return out;
}
