#include "sections/follow.h"

#include <stdio.h>

void follow_start(struct follow *f, usec interval, usec settled, usec now)
{
	if (interval < FOLLOW_LEAST)
		interval = FOLLOW_LEAST;
	if (interval > FOLLOW_MOST)
		interval = FOLLOW_MOST;
	*f = (struct follow){ .state = FOLLOW_ON, .interval = interval, .next = TIME_NONE };
	if (settled)
		f->next = settled + interval > now ? settled + interval : now;
}

void follow_stop(struct follow *f)
{
	*f = (struct follow){ .state = FOLLOW_OFF, .next = TIME_NONE };
}

void follow_hold(struct follow *f)
{
	if (f->state == FOLLOW_ON)
		f->state = FOLLOW_HELD;
}

void follow_go_on(struct follow *f)
{
	if (f->state == FOLLOW_HELD)
		f->state = FOLLOW_ON;
}

bool follow_due(const struct follow *f, usec now)
{
	return f->state == FOLLOW_ON && f->next != TIME_NONE && f->next <= now;
}

void follow_began(struct follow *f)
{
	f->next = TIME_NONE;
}

static usec wait_of(const struct follow *f)
{
	unsigned doubled = f->failures < FOLLOW_DOUBLED ? f->failures : FOLLOW_DOUBLED;

	return f->interval << doubled;
}

void follow_heard(struct follow *f, enum follow_heard heard, const char *why, usec now)
{
	if (!follow_is_on(f))
		return;
	if (heard == FOLLOW_REFUSED) {
		f->state = FOLLOW_STOPPED;
		f->next = TIME_NONE;
		snprintf(f->why, sizeof f->why, "%s", why);
		return;
	}
	f->failures = heard == FOLLOW_FAILED ? f->failures + 1 : 0;
	f->next = now + wait_of(f);
}

void follow_put_off(struct follow *f, usec until)
{
	if (f->next != TIME_NONE && until > f->next)
		f->next = until;
}

usec follow_next(const struct follow *f)
{
	return f->state == FOLLOW_ON ? f->next : TIME_NONE;
}
