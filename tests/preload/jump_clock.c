/* Preloaded into the program under test: JUMP_AFTER_MS after its start the time of day
 * jumps by JUMP_SECONDS. The monotonic clock goes on. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static long long begin_ms, after_ms;
static time_t jump;

static long long mono_ms(void)
{
	struct timespec ts;

	real(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

__attribute__((constructor)) static void begin(void)
{
	const char *after = getenv("JUMP_AFTER_MS"), *seconds = getenv("JUMP_SECONDS");

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	begin_ms = mono_ms();
	after_ms = after ? strtoll(after, NULL, 10) : 0;
	jump = seconds ? strtol(seconds, NULL, 10) : 0;
}

static time_t shift(void)
{
	return mono_ms() - begin_ms >= after_ms ? jump : 0;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int status;

	if (!real)
		begin();
	status = real(id, ts);
	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		ts->tv_sec += shift();
	return status;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
