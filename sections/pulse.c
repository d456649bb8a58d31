#include "sections/pulse.h"

void pulse_note(struct pulse *p, usec now, bool ok, usec took)
{
	int64_t minute = now / USEC_MIN;
	struct pulse_minute *m = &p->ring[minute % PULSE_MINUTES];

	if (m->minute != minute)
		*m = (struct pulse_minute){ .minute = minute };
	m->ok += ok;
	m->failed += !ok;
	if (ok && took > m->slowest)
		m->slowest = took;
}

const struct pulse_minute *pulse_at(const struct pulse *p, usec now, int ago)
{
	int64_t minute = now / USEC_MIN - ago;
	const struct pulse_minute *m = minute >= 0 ? &p->ring[minute % PULSE_MINUTES] : NULL;

	return m && m->minute == minute && (m->ok || m->failed) ? m : NULL;
}
