#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/doc.h"

static struct doc *good(const char *text)
{
	struct err e = { 0 };
	struct doc *d = doc_parse(text, strlen(text), "c.yaml", &e);

	if (!d)
		fail_msg("refused: %s: %s", text, e.text);
	return d;
}

static void bad_bytes(const char *text, size_t len, const char *want)
{
	struct err e = { 0 };

	assert_null(doc_parse(text, len, "c.yaml", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, want))
		fail_msg("\"%s\" is not in: %s", want, e.text);
}

static void bad(const char *text, const char *want)
{
	bad_bytes(text, strlen(text), want);
}

static void a_tree_is_read_with_its_places(void **state)
{
	struct doc *d = good("sources:\n  - name: \"a b\"\n    port: 5432\nempty: {}\nnone:\n");
	const struct doc_node *root = doc_root(d), *list, *first;

	(void)state;
	assert_int_equal(doc_type(root), DOC_MAP);
	assert_int_equal(doc_count(root), 3);
	assert_string_equal(doc_key(root, 1), "empty");
	assert_string_equal(doc_where_key(root, 1), "c.yaml:4:1");
	assert_int_equal(doc_type(doc_value(root, 1)), DOC_MAP);
	assert_int_equal(doc_count(doc_value(root, 1)), 0);
	assert_null(doc_get(doc_value(root, 1), "x"));
	list = doc_get(root, "sources");
	assert_int_equal(doc_type(list), DOC_LIST);
	first = doc_item(list, 0);
	assert_string_equal(doc_where(first), "c.yaml:2:5");
	assert_string_equal(doc_str(doc_get(first, "name")), "a b");
	assert_string_equal(doc_where(doc_get(first, "port")), "c.yaml:3:11");
	assert_string_equal(doc_str(doc_get(root, "none")), "");
	assert_null(doc_item(list, 1));
	assert_null(doc_key(list, 0));
	assert_null(doc_str(list));
	assert_null(doc_get(root, "missing"));
	assert_null(doc_get(list, "name"));
	assert_int_equal(doc_type(NULL), DOC_NONE);
	assert_int_equal(doc_count(NULL), 0);
	doc_free(d);
}

static void an_empty_text_has_no_root(void **state)
{
	static const char *const texts[] = { "", "# only a comment\n", "\n\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct doc *d = good(texts[i]);

		assert_int_equal(doc_type(doc_root(d)), DOC_NONE);
		doc_free(d);
	}
	doc_free(NULL);
}

static void many_keys_are_found(void **state)
{
	char text[12000] = "", key[16];
	struct doc *d;

	(void)state;
	for (int i = 999; i >= 0; i--)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "k%d: %d\n", i, i);
	d = good(text);
	assert_string_equal(doc_key(doc_root(d), 0), "k999");
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_string_equal(doc_str(doc_get(doc_root(d), key)), key + 1);
	}
	doc_free(d);
}

static void mistakes_name_their_place(void **state)
{
	(void)state;
	bad("a: 1\nb: 2\na: 3\n", "c.yaml:3:1: duplicate key \"a\", first at c.yaml:1:1");
	bad("{a: 1, 'a': 2}", "c.yaml:1:9: duplicate key");
	bad("x:\n  b: 1\n  b: 2\n", "c.yaml:3:3: duplicate key");
	bad("a: [1, 2\nb: 3\n", "c.yaml:");
	bad("\ta: 1\n", "c.yaml:1:1: ");
	bad("a: 'x\n", "c.yaml:1:5: ");
	bad("a: b: c\n", "c.yaml:1:5: ");
	bad("- a\nb: c\n", "c.yaml:2:1: ");
	bad("{a", "c.yaml:");
}

static void features_that_hide_things_are_refused(void **state)
{
	(void)state;
	bad("a: &x 1\nb: 2\n", "c.yaml:1:7: anchors");
	bad("a: *x\n", "c.yaml:1:5: aliases");
	bad("&x [a]\n", "anchors");
	bad("a: !!binary aaaa\n", "tags");
	bad("--- a\n--- b\n", "more than one document");
	bad("a\n...\n---\nb\n", "more than one document");
	bad("? [a]\n: b\n", "a key must be plain text");
	bad("? {a: b}\n: b\n", "a key must be plain text");
}

static void test_P41_hostile_bytes_are_refused(void **state)
{
	(void)state;
	bad_bytes("a: \0b", 5, "NUL");
	bad("a: \xff\n", "not valid UTF-8");
	bad("a: \"\\0\"\n", "c.yaml:1:5: a value contains a NUL");
	bad("a: \"\\ud800\"\n", "c.yaml:1:5: ");
	bad("\"a\\0b\": 1\n", "NUL");
	bad("\x1b[2J: [\n", "c.yaml:");
}

static void depth_and_size_are_limited(void **state)
{
	char *text = malloc((1 << 20) + 2);
	struct err e = { 0 };
	struct doc *d;

	(void)state;
	assert_non_null(text);
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	d = doc_parse(text, 128, "c.yaml", &e);
	assert_non_null(d);
	doc_free(d);
	memset(text, '[', 65);
	bad_bytes(text, 65, "c.yaml:1:65: nested deeper than 64");
	memset(text, '[', 1 << 20);
	bad_bytes(text, 1 << 20, "nested deeper than 64");
	memset(text, '#', (1 << 20) + 1);
	bad_bytes(text, (1 << 20) + 1, "over 1048576 bytes");
	d = doc_parse(text, 1 << 20, "c.yaml", &e);
	assert_non_null(d);
	doc_free(d);
	for (size_t i = 0; i < 140000; i += 2)
		memcpy(text + i, "1,", 2);
	memcpy(text, "[ ", 2);
	bad_bytes(text, 140000, "more than 65536 values");
	free(text);
}

static void typed_reads_judge_strictly(void **state)
{
	struct doc *d = good("t: true\nf: false\ny: yes\nn: -5\nbig: 99999999999999999999\n"
			     "x: 12x\ns: ' 1'\np: +1\ne: ''\nl: [1]\n");
	const struct doc_node *root = doc_root(d);
	static const char *const no[] = { "big", "x", "s", "p", "e", "l", "absent" };
	struct err e = { 0 };
	bool b = false;
	long v = 0;

	(void)state;
	assert_true(doc_bool(doc_get(root, "t"), &b, &e) && b);
	assert_true(doc_bool(doc_get(root, "f"), &b, &e) && !b);
	assert_false(doc_bool(doc_get(root, "y"), &b, &e));
	assert_string_equal(e.text, "c.yaml:3:4: expected true or false");
	assert_false(doc_bool(doc_get(root, "l"), &b, &e));
	assert_true(doc_int(doc_get(root, "n"), -5, 5, &v, &e));
	assert_int_equal(v, -5);
	assert_false(doc_int(doc_get(root, "n"), 0, 5, &v, &e));
	assert_string_equal(e.text, "c.yaml:4:4: expected a whole number from 0 to 5");
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(doc_int(doc_get(root, no[i]), -100, 100, &v, &e));
	assert_int_equal(v, -5);
	doc_free(d);
}

static void files_are_loaded(void **state)
{
	char dir[] = "/tmp/sextant-doc-XXXXXX", path[64], fifo[64];
	struct err e = { 0 };
	struct doc *d;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/c.yaml", dir);
	snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	assert_null(doc_load(path, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.text, "No such file"));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("a: 1\r\nb: 2\r\n", f);
	fclose(f);
	d = doc_load(path, &e);
	assert_non_null(d);
	assert_string_equal(doc_str(doc_get(doc_root(d), "b")), "2");
	assert_non_null(strstr(doc_where(doc_get(doc_root(d), "b")), "/c.yaml:2:4"));
	doc_free(d);
	assert_int_equal(truncate(path, 100 << 20), 0);
	assert_null(doc_load(path, &e));
	assert_non_null(strstr(e.text, "over 1048576 bytes"));
	assert_null(doc_load(dir, &e));
	assert_non_null(strstr(e.text, "not a regular file"));
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(doc_load(fifo, &e));
	unlink(fifo);
	unlink(path);
	rmdir(dir);
}

/* The library has a habit of writing to stderr; here it would hit the screen. */
static void nothing_is_written_to_stderr(void **state)
{
	FILE *caught = tmpfile();
	int saved = dup(STDERR_FILENO);
	off_t written;

	(void)state;
	assert_non_null(caught);
	fflush(stderr);
	dup2(fileno(caught), STDERR_FILENO);
	bad("a: [1\n\tb", "c.yaml:");
	bad("%YAML 9.9\n---\na", "c.yaml:");
	bad("a: \"\\q\"", "c.yaml:");
	fflush(stderr);
	written = lseek(STDERR_FILENO, 0, SEEK_END);
	dup2(saved, STDERR_FILENO);
	close(saved);
	fclose(caught);
	assert_int_equal(written, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_read_with_its_places),
		cmocka_unit_test(an_empty_text_has_no_root),
		cmocka_unit_test(many_keys_are_found),
		cmocka_unit_test(mistakes_name_their_place),
		cmocka_unit_test(features_that_hide_things_are_refused),
		cmocka_unit_test(test_P41_hostile_bytes_are_refused),
		cmocka_unit_test(depth_and_size_are_limited),
		cmocka_unit_test(typed_reads_judge_strictly),
		cmocka_unit_test(files_are_loaded),
		cmocka_unit_test(nothing_is_written_to_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
