#include "views/pace.h"

#define NEWS_GAP   (100 * USEC_MS)
#define NEWS_SAVED (2 * NEWS_GAP)      /* after a rest: the first rows do not wait */
#define FLOW_MAX   (2 * USEC_SEC)      /* a new page is no reason to stand still */

static usec later(usec a, usec b)
{
	return a > b ? a : b;
}

usec pace_when(const struct pace *p, enum pace_kind kind)
{
	return kind == PACE_KEY ? 0 : kind == PACE_NEWS ? p->news : later(p->news, p->flow);
}

void pace_drawn(struct pace *p, enum pace_kind kind, size_t bytes, usec now)
{
	usec takes = (usec)bytes * USEC_SEC / PACE_BYTES;

	if (kind != PACE_KEY)
		p->news = later(p->news, now - NEWS_SAVED) + NEWS_GAP;
	p->flow = later(p->flow, now) + takes;
	if (p->flow > now + FLOW_MAX)
		p->flow = now + FLOW_MAX;
}
