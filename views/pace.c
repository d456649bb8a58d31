#include "views/pace.h"

#define NEWS_GAP    (100 * USEC_MS)
#define NEWS_SAVED  (2 * NEWS_GAP)     /* after a rest: the first rows do not wait */
#define FLOW_MAX    (2 * USEC_SEC)     /* a new page is no reason to stand still */
#define KEYS_REST   (80 * USEC_MS)     /* longer than a key held down takes to repeat */
#define ROWS_REST   (1500 * USEC_MS)   /* longer than who reads each row takes */
#define DETAIL_ROOM (350 * USEC_MS)    /* what may be on the link before the detail */
#define DETAIL_LATE (400 * USEC_MS)

static usec later(usec a, usec b)
{
	return a > b ? a : b;
}

static usec earlier(usec a, usec b)
{
	return a < b ? a : b;
}

/* The time when so many bytes more are sent, at that rate. */
static usec charge(usec until, size_t bytes, usec rate, usec now)
{
	return earlier(later(until, now) + (usec)bytes * USEC_SEC / rate, now + FLOW_MAX);
}

/* ---- keys ------------------------------------------------------------------------------- */

/* One key alone moves the detail at once; of several in a row only the last does. */
static usec detail_after(struct pace *p, bool quick, usec now)
{
	if (!p->latest)
		p->latest = now + DETAIL_LATE;
	return quick ? now + KEYS_REST : p->busy ? earlier(p->link - DETAIL_ROOM, p->latest) : 0;
}

void pace_step(struct pace *p, bool waits, usec now)
{
	bool quick = now - p->stepped < KEYS_REST;

	p->busy = waits || now < p->flowing;
	p->stepped = now;
	p->detail = detail_after(p, quick, now);
	p->rows = p->busy ? now + ROWS_REST : quick ? now + KEYS_REST : 0;
}

void pace_key(struct pace *p)
{
	p->stepped = p->detail = p->rows = 0;
	p->busy = false;
}

/* ---- frames ----------------------------------------------------------------------------- */

usec pace_when(const struct pace *p, enum pace_kind kind)
{
	if (kind >= PACE_STEP)
		return 0;
	if (kind == PACE_NEWS)
		return p->news;
	/* Keys alone could fill the link. */
	return later(later(p->news, p->flow), earlier(p->link, p->flow + FLOW_MAX));
}

static usec rows_when(const struct pace *p)
{
	return p->busy ? later(p->rows, p->link) : p->rows;
}

usec pace_rest(const struct pace *p, unsigned parts)
{
	usec detail = parts & PACE_DETAIL ? p->detail : TIME_NONE;
	usec rows = parts & PACE_ROWS ? rows_when(p) : TIME_NONE;

	return detail == TIME_NONE || rows == TIME_NONE ? later(detail, rows) : earlier(detail, rows);
}

unsigned pace_leaves(const struct pace *p, enum pace_kind kind, usec now)
{
	return (now < p->detail ? PACE_DETAIL : 0) | (now < rows_when(p) ? PACE_ROWS : 0) |
	       (kind == PACE_STEP && p->busy ? PACE_COUNTERS : 0);
}

void pace_drawn(struct pace *p, enum pace_kind kind, unsigned left, size_t bytes, usec now)
{
	if (kind <= PACE_NEWS) {
		p->news = later(p->news, now - NEWS_SAVED) + NEWS_GAP;
		p->flow = charge(p->flow, bytes, PACE_FLOWS, now);
	}
	if (kind == PACE_FLOW)
		p->flowing = p->flow;
	p->link = charge(p->link, bytes, PACE_LINK, now);
	if (!(left & PACE_DETAIL))
		p->latest = 0;
}
