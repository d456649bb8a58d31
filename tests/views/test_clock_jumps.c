/* P63: the machine's time of day jumps by an hour while sources are asked that never
 * answer: deadlines come when they would have come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sections/investigation.h"
#include "tests/support/command_run.h"
#include "tests/support/fault_server.h"
#include "tests/support/process.h"

static struct fault_server mute;
static char home[200], config[260], preload[320];

/* All kinds that wait for a server, each asked for one second. */
static void write_config(void)
{
	FILE *f = fopen(config, "w");

	assert_non_null(f);
	fprintf(f, "sources:\n"
		"  tracking: { url: 'http://127.0.0.1:%u', secret: { command: 'echo x' }, timeout: 1s }\n"
		"  redshift: { host: 127.0.0.1, port: %u, user: u, database: d, sslmode: disable, timeout: 1s, "
		"password: { command: 'echo x' } }\n"
		"  signoz: { kind: clickhouse, url: 'http://127.0.0.1:%u', timeout: 1s }\n"
		"  rewind: { enabled: false }\n  athena: { enabled: false }\n  trino: { enabled: false }\n"
		"  company: { enabled: false }\n  ocean: { enabled: false }\n", mute.port, mute.port, mute.port);
	assert_int_equal(fclose(f), 0);
}

static usec show(const char *jump, struct buf *said)
{
	const char *const words[] = { "--config", config, "show", "726100801", NULL };
	usec begin = clock_mono(&clock_system);
	struct command_run r;

	setenv("LD_PRELOAD", preload, 1);
	setenv("JUMP_AFTER_MS", "400", 1);
	setenv("JUMP_SECONDS", jump, 1);
	command_run(&r, home, words);
	unsetenv("LD_PRELOAD");
	begin = clock_mono(&clock_system) - begin;
	if (r.status != EXIT_NO_ANSWER)
		fail_msg("status %d: %.300s", r.status, buf_str(&r.err));
	buf_put(said, r.out.data, r.out.len);
	command_release(&r);
	return begin;
}

static void test_P63_the_time_of_day_jumps(void **state)
{
	static const char *const jumps[] = { "3600", "-3600" };
	struct buf said = BUF_INIT;
	usec steady = show("0", &said);

	(void)state;
	assert_in_range(steady, USEC_SEC, 40 * USEC_SEC);
	for (size_t i = 0; i < 2; i++) {
		usec took;

		buf_clear(&said);
		took = show(jumps[i], &said);
		/* Neither at once nor an hour later; retries wait for chance. */
		if (took < USEC_SEC || took > 2 * steady + 5 * USEC_SEC)
			fail_msg("%s s: %lld ms, without %lld ms", jumps[i], (long long)(took / USEC_MS),
				 (long long)(steady / USEC_MS));
	}
	buf_release(&said);
}

static int start(void **state)
{
	const char *build = getenv("SEXTANT_BUILD");
	char *path = realpath(build ? build : "build", NULL);

	(void)state;
	if (!path || !temp_home(home, sizeof home, "clock"))
		return -1;
	snprintf(config, sizeof config, "%s/test.yaml", home);
	snprintf(preload, sizeof preload, "%s/tests/preload/jump_clock.so", path);
	free(path);
	fault_start_mute(&mute);
	write_config();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fault_stop(&mute);
	temp_dir_remove(home);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P63_the_time_of_day_jumps),
	};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("a sanitizer wants to be loaded first\n");
	return 0;
#endif
	return cmocka_run_group_tests(tests, start, stop);
}
