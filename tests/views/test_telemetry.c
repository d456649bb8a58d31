/* Telemetry as people meet it: nowhere but in `doctor` and the sources pane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/command_run.h"
#include "tests/support/otlp_fake.h"
#include "views/health.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define LOAD "726100801"

static char home[] = "/tmp/sextant-telemetry-XXXXXX", config[64];

/* Port 0: telemetry is off. */
static void write_config(unsigned port)
{
	FILE *f = fopen(config, "w");

	assert_non_null(f);
	if (port)
		fprintf(f, "telemetry: { enabled: true, endpoint: \"http://127.0.0.1:%u\" }\n", port);
	else
		fprintf(f, "theme: calm\n");
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(config, 0600), 0);
}

static char *shown(int *status)
{
	struct command_run r;
	char *out;

	*status = command_run(&r, home, WORDS("show", LOAD, "--format", "json", "--quiet", "--config", config));
	out = strdup(buf_str(&r.err));
	command_release(&r);
	return out;
}

static void showing_is_the_same_with_it(void **state)
{
	struct otlp_fake *fake = otlp_fake_start(&(struct otlp_fake_options){ 0 });
	struct otlp_seen seen;
	struct buf text = BUF_INIT;
	int with, without;
	char *a, *b;

	(void)state;
	write_config(0);
	a = shown(&without);
	write_config(otlp_fake_port(fake));
	b = shown(&with);
	assert_int_equal(with, without);
	assert_string_equal(a, b);
	seen = otlp_fake_seen(fake);
	assert_string_equal(seen.wrong, "");
	assert_true(seen.spans > 2);
	assert_int_equal(seen.attempts, seen.spans);
	otlp_fake_text(fake, &text);
	assert_null(strstr(buf_str(&text), LOAD));
	buf_release(&text);
	otlp_fake_stop(fake);
	free(a);
	free(b);
}

static void the_environment_alone_switches_nothing_on(void **state)
{
	struct otlp_fake *fake = otlp_fake_start(&(struct otlp_fake_options){ 0 });
	char url[64], *err;
	int status;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", otlp_fake_port(fake));
	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url, 1);
	write_config(0);
	err = shown(&status);
	unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
	assert_int_equal(otlp_fake_seen(fake).traces, 0);
	otlp_fake_stop(fake);
	free(err);
}

static void doctor_asks_the_collector(void **state)
{
	struct otlp_fake *fake = otlp_fake_start(&(struct otlp_fake_options){ 0 });
	unsigned port = otlp_fake_port(fake);
	struct command_run r;
	json_t *all, *last;
	int status;

	(void)state;
	write_config(port);
	status = command_run(&r, home, WORDS("doctor", "--config", config));
	assert_non_null(strstr(buf_str(&r.out), "\ntelemetry  otlp       healthy "));
	command_release(&r);
	command_run(&r, home, WORDS("doctor", "--format", "json", "--config", config));
	all = json_loadb(r.out.data, r.out.len, 0, NULL);
	last = json_array_get(all, json_array_size(all) - 1);
	assert_string_equal(json_string_value(json_object_get(last, "name")), "telemetry");
	assert_string_equal(json_string_value(json_object_get(last, "state")), "healthy");
	json_decref(all);
	command_release(&r);
	otlp_fake_stop(fake);
	/* Nobody is there: that costs a line, and no other exit status. */
	assert_int_equal(command_run(&r, home, WORDS("doctor", "--config", config)), status);
	assert_non_null(strstr(buf_str(&r.out), "\ntelemetry  otlp       unhealthy "));
	command_release(&r);
}

static void a_line_says_how_it_goes(void **state)
{
	struct telemetry_status st = { .told = 120 };
	struct buf out = BUF_INIT;

	(void)state;
	health_telemetry(&out, &st);
	assert_string_equal(buf_str(&out), "120 told");
	buf_clear(&out);
	st.dropped = 2;
	st.rejected = 1;
	err_set(&st.err, ERR_REMOTE, 503, "telemetry: HTTP 503");
	health_telemetry(&out, &st);
	assert_string_equal(buf_str(&out), "120 told, 3 lost; HTTP 503");
	buf_release(&out);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(home))
		return -1;
	snprintf(config, sizeof(config), "%s/config.yaml", home);
	return 0;
}

static int clean_up(void **state)
{
	char line[96];

	(void)state;
	unlink(config);
	snprintf(line, sizeof(line), "%s/sextant", home);
	rmdir(line);
	return rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(showing_is_the_same_with_it),
		cmocka_unit_test(the_environment_alone_switches_nothing_on),
		cmocka_unit_test(doctor_asks_the_collector),
		cmocka_unit_test(a_line_says_how_it_goes),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
