#include "clients/skew.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TOLERATED (240 * USEC_SEC)
#define LEARNT    USEC_DAY

enum { ORIGINS = 32, ORIGIN_MAX = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char origin[ORIGIN_MAX];
	usec offset;
} learnt[ORIGINS];
static size_t next;

static size_t find(const char *origin)
{
	size_t i = 0;

	while (i < ORIGINS && strcmp(learnt[i].origin, origin) != 0)
		i++;
	return i;
}

usec skew_offset(const char *origin)
{
	usec offset;
	size_t i;

	pthread_mutex_lock(&lock);
	i = find(origin);
	offset = i < ORIGINS ? learnt[i].offset : 0;
	pthread_mutex_unlock(&lock);
	return offset;
}

void skew_learn(const char *origin, usec offset)
{
	size_t i;

	if (strlen(origin) >= ORIGIN_MAX)
		return;
	pthread_mutex_lock(&lock);
	i = find(origin);
	if (i == ORIGINS) {
		i = next;
		next = (next + 1) % ORIGINS;
	}
	snprintf(learnt[i].origin, ORIGIN_MAX, "%s", origin);
	learnt[i].offset = offset;
	pthread_mutex_unlock(&lock);
}

static usec size_of(usec skew)
{
	return skew < 0 ? -skew : skew;
}

bool skew_matters(usec skew)
{
	return size_of(skew) > TOLERATED;
}

bool skew_correct(const char *origin, usec skew)
{
	if (size_of(skew) > LEARNT)
		return false;
	skew_learn(origin, skew);
	return true;
}

long long skew_minutes(usec skew)
{
	return (size_of(skew) + USEC_MIN / 2) / USEC_MIN;
}
