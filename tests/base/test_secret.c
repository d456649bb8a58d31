#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"

static char dir[] = "/tmp/sextant-secret-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const char *data, size_t len, mode_t mode)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static bool read_ref(struct secret *s, const char *scheme, const char *rest, struct err *e)
{
	char ref[512];

	snprintf(ref, sizeof(ref), "%s:%s", scheme, rest);
	return secret_read(s, ref, e);
}

static void gives(const char *scheme, const char *rest, const char *want)
{
	struct secret s = SECRET_INIT;
	struct err e = { 0 };

	if (!read_ref(&s, scheme, rest, &e))
		fail_msg("%s:%s: %s", scheme, rest, e.text);
	assert_string_equal(s.data, want);
	assert_int_equal(s.len, strlen(want));
	secret_release(&s);
}

static void fails(const char *scheme, const char *rest, const char *want)
{
	struct secret s = SECRET_INIT;
	struct err e = { 0 };

	assert_false(read_ref(&s, scheme, rest, &e));
	assert_null(s.data);
	if (!strstr(e.text, want))
		fail_msg("\"%s\" is not in: %s", want, e.text);
}

/* The kernel's own word on the page that holds `p`. */
static bool page_has_flag(const char *p, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	bool here = false, found = false;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = (unsigned long)p >= from && (unsigned long)p < to;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	fclose(f);
	return found;
}

static void values_are_kept_out_of_dumps(void **state)
{
	struct secret s = SECRET_INIT;
	char max[SECRET_MAX + 1];
	struct err e = { 0 };

	(void)state;
	assert_true(secret_set(&s, "abc", 3, &e));
	assert_string_equal(s.data, "abc");
	assert_true(page_has_flag(s.data, " dd"));
	memset(max, 'm', sizeof(max));
	assert_true(secret_set(&s, max, SECRET_MAX, &e));
	assert_int_equal(strlen(s.data), SECRET_MAX);
	/* From its own storage, and a failure leaves the old value. */
	assert_true(secret_set(&s, s.data + 1, 5, &e));
	assert_false(secret_set(&s, max, sizeof(max), &e));
	assert_false(secret_set(&s, "a\0b", 3, &e));
	assert_string_equal(s.data, "mmmmm");
	assert_true(secret_set(&s, "", 0, &e));
	assert_null(s.data);
	secret_release(&s);
}

static void test_P42_files_follow_the_rule_of_ssh(void **state)
{
	char link[128];

	(void)state;
	write_file("s", "hunter2\n", 8, 0600);
	gives("file", in_dir("s"), "hunter2");
	write_file("s", "two\nlines\n\n", 11, 0400);
	gives("file", in_dir("s"), "two\nlines\n");
	unlink(in_dir("s"));
	write_file("s", "x", 1, 0640);
	fails("file", in_dir("s"), "run: chmod 600 /tmp/sextant-secret-");
	write_file("s", "x", 1, 0604);
	fails("file", in_dir("s"), "mode 0604");
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("s", link), 0);
	fails("file", link, "symbolic link");
	unlink(link);
	unlink(in_dir("s"));
	fails("file", in_dir("s"), "No such file");
	fails("file", dir, "not a regular file");
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	fails("file", in_dir("fifo"), "not a regular file");
	unlink(in_dir("fifo"));
}

static void the_size_of_files_is_limited(void **state)
{
	char big[SECRET_MAX + 2], want[SECRET_MAX + 1];

	(void)state;
	memset(big, 'b', sizeof(big));
	big[SECRET_MAX] = '\n';
	memset(want, 'b', SECRET_MAX);
	want[SECRET_MAX] = '\0';
	write_file("s", big, SECRET_MAX, 0600);
	gives("file", in_dir("s"), want);
	write_file("s", big, sizeof(big), 0600);
	fails("file", in_dir("s"), "over 4096 bytes");
	write_file("s", "\n", 1, 0600);
	fails("file", in_dir("s"), "empty");
	write_file("s", "a\0b", 3, 0600);
	fails("file", in_dir("s"), "NUL");
	unlink(in_dir("s"));
}

static void test_P42_a_foreign_file_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	write_file("s", "x", 1, 0600);
	assert_int_equal(chown(in_dir("s"), 65534, 65534), 0);
	fails("file", in_dir("s"), "not owned by you");
	unlink(in_dir("s"));
}

static void helpers_run_without_a_shell(void **state)
{
	(void)state;
	gives("command", "printf %s-%s a b", "a-b");
	gives("command", "printf '%s|' 'a b' \"c'd\" e\"f g\"h ''", "a b|c'd|ef gh||");
	gives("command", "  echo   $HOME;*  ", "$HOME;*");
}

static void a_failing_helper_is_an_error(void **state)
{
	(void)state;
	fails("command", "", "is empty");
	fails("command", "   ", "is empty");
	fails("command", "echo 'a", "open quote");
	fails("command", "false --token=canary", "ended with status 1: false");
	fails("command", "/nonexistent/helper", "cannot run the secret command");
	fails("command", "true", "is empty");
	/* stdin is empty, not the terminal. */
	fails("command", "cat", "is empty");
	fails("command", "sh -c 'kill -9 $$'", "ended by signal 9");
	fails("command", "yes", "over 4096 bytes");
	fails("command", "sh -c 'printf canary; exit 3'", "status 3: sh");
}

/* A child that the helper leaves behind holds the pipe, and nobody waits. */
static void a_lingering_child_is_not_waited_for(void **state)
{
	usec start = clock_mono(&clock_system);

	(void)state;
	gives("command", "sh -c 'sleep 8 2>/dev/null & echo out'", "out");
	assert_true(clock_mono(&clock_system) - start < 5 * USEC_SEC);
}

static void a_late_helper_is_ended(void **state)
{
	usec start = clock_mono(&clock_system), took;

	(void)state;
	fails("command", "sleep 60", "took over 10 s: sleep");
	took = clock_mono(&clock_system) - start;
	assert_true(took >= 10 * USEC_SEC && took < 20 * USEC_SEC);
}

static void errors_do_not_quote_secrets(void **state)
{
	static const char *const refs[] = {
		"command:false canary", "command:/nonexistent canary", "command:sh -c 'echo canary; false'",
		"canary", "command:'canary", "command:yes canary",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		struct secret s = SECRET_INIT;
		struct err e = { 0 };

		assert_false(secret_read(&s, refs[i], &e));
		assert_true(e.text[0] != '\0');
		assert_null(strstr(e.text, "canary"));
	}
}

static bool environ_file_has(const char *needle)
{
	static char all[1 << 20];
	FILE *f = fopen("/proc/self/environ", "r");
	size_t n;

	assert_non_null(f);
	n = fread(all, 1, sizeof(all), f);
	fclose(f);
	return memmem(all, n, needle, strlen(needle)) != NULL;
}

static void the_environment_is_sealed(void **state)
{
	static const char *const names[] = { "SEXTANT_TEST_A", "SEXTANT_TEST_B", "SEXTANT_TEST_NONE" };

	(void)state;
	/* main() put A into the environment that the kernel shows. */
	assert_true(environ_file_has("canary-in-environ"));
	setenv("SEXTANT_TEST_B", "", 1);
	setenv("SEXTANT_TEST_C", "open", 1);
	secret_seal_env(names, 3);
	/* No core, and nobody of the same user may look: libraries have copies. */
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
	prctl(PR_SET_DUMPABLE, 1);                      /* else only root reads the next file */
	assert_null(getenv("SEXTANT_TEST_A"));
	assert_false(environ_file_has("canary-in-environ"));
	assert_string_equal(secret_env("SEXTANT_TEST_A"), "canary-in-environ");
	gives("env", "SEXTANT_TEST_A", "canary-in-environ");
	gives("env", "SEXTANT_TEST_C", "open");
	fails("env", "SEXTANT_TEST_B", "SEXTANT_TEST_B is empty");
	fails("env", "SEXTANT_TEST_NONE", "SEXTANT_TEST_NONE is not set");
	assert_null(secret_env("SEXTANT_TEST_NONE"));
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_is_sealed),
		cmocka_unit_test(values_are_kept_out_of_dumps),
		cmocka_unit_test(test_P42_files_follow_the_rule_of_ssh),
		cmocka_unit_test(the_size_of_files_is_limited),
		cmocka_unit_test(test_P42_a_foreign_file_is_refused),
		cmocka_unit_test(helpers_run_without_a_shell),
		cmocka_unit_test(a_failing_helper_is_an_error),
		cmocka_unit_test(a_lingering_child_is_not_waited_for),
		cmocka_unit_test(a_late_helper_is_ended),
		cmocka_unit_test(errors_do_not_quote_secrets),
	};

	/* Only a variable that was there at exec shows in /proc/self/environ. */
	if (argc == 1 && !getenv("SEXTANT_TEST_A")) {
		setenv("SEXTANT_TEST_A", "canary-in-environ", 1);
		execv("/proc/self/exe", argv);
		return 1;
	}
	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
