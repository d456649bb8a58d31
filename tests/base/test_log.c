#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static char dir[] = "/tmp/sextant-log-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/log", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static size_t read_log(char *buf, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
	return n;
}

static void it_is_off_until_opened(void **state)
{
	(void)state;
	log_line("to nobody");
	assert_int_equal(access(path, F_OK), -1);
	log_close();
}

static void lines_are_private_and_printable(void **state)
{
	mode_t old = umask(0);
	struct stat st;
	char text[512];

	(void)state;
	assert_true(log_open(path, NULL));
	umask(old);
	log_line("server said %s\n%s", "\x1b[2J", "\xff");
	log_close();
	log_line("after the end");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	read_log(text, sizeof(text));
	assert_string_equal(text + 24, " server said <1B>[2J<0A><FF>\n");
	assert_int_equal(text[10], 'T');
	unlink(path);
}

static void odd_places_are_refused(void **state)
{
	struct err e = { 0 };
	struct stat st;
	int fd;

	(void)state;
	assert_false(log_open("/nonexistent/log", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_false(log_open("/dev/null", &e));
	assert_non_null(strstr(e.text, "not a regular file"));
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_false(log_open(path, &e));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(log_open(path, &e));
	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(fchmod(fd, 0666), 0);
	close(fd);
	assert_true(log_open(path, &e));
	log_close();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	unlink(path);
}

static void it_keeps_three_files(void **state)
{
	static const char *const suffix[] = { "", ".1", ".2", ".3" };
	char pad[1000], name[80];
	struct stat st;

	(void)state;
	memset(pad, 'p', sizeof(pad) - 1);
	pad[sizeof(pad) - 1] = '\0';
	assert_true(log_open(path, NULL));
	for (int i = 0; i < 45000; i++)
		log_line("%s", pad);
	log_close();
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
		assert_int_equal(stat(name, &st), i < 3 ? 0 : -1);
		if (i == 3)
			break;
		assert_in_range(st.st_size, 1, 10 << 20);
		assert_int_equal(st.st_mode & 07777, 0600);
		unlink(name);
	}
}

static void *write_lines(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_line("%s line", (const char *)arg);
	return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
	static char text[1 << 20];
	pthread_t a, b;
	size_t n, lines = 0;

	(void)state;
	assert_true(log_open(path, NULL));
	pthread_create(&a, NULL, write_lines, (char[]){ "first" });
	pthread_create(&b, NULL, write_lines, (char[]){ "other" });
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	log_close();
	n = read_log(text, sizeof(text));
	for (size_t i = 0; i < n; i += 36, lines++)
		assert_memory_equal(text + i + 30, " line\n", 6);
	assert_int_equal(lines, 1000);
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_off_until_opened),
		cmocka_unit_test(lines_are_private_and_printable),
		cmocka_unit_test(odd_places_are_refused),
		cmocka_unit_test(it_keeps_three_files),
		cmocka_unit_test(threads_do_not_mix_their_lines),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
