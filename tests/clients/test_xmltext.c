/* The small reader of XML: what AWS writes, and what nobody should. */
#include "clients/xmltext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void gives(const char *xml, const char *path, const char *want)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	bool found;

	if (!xmltext_get(xml, strlen(xml), path, &out, &found, &e))
		fail_msg("%s: %s", xml, e.text);
	assert_int_equal(found, want != NULL);
	assert_string_equal(buf_str(&out), want ? want : "");
	buf_release(&out);
}

static void texts_are_found(void **state)
{
	(void)state;
	gives("<a>x</a>", "a", "x");
	gives("<a>x</a>", "b", NULL);
	gives("<a><b>1</b><b>2</b></a>", "a/b", "1");
	gives("<a><c><b>0</b></c><b>1</b></a>", "a/b", "1");
	gives("<a><c><b>0</b></c></a>", "*/c/b", "0");
	gives("<a><b/></a>", "a/b", "");
	gives("<a>1<b>2</b>3</a>", "a", "123");
	gives("<?xml version=\"1.0\"?>\n<!-- a > b -->\n<x:a xmlns:x='u>v' y=\"z\" >t</x:a >\n", "a", "t");
	gives("\xef\xbb\xbf<a>t</a>", "a", "t");
	gives("<a>x<!-- y -->z<![CDATA[<&]]>]]</a>", "a", "xz<&]]");
}

/* Appends "[a|b]", - for what is not there. */
static bool put_row(void *ctx, const struct cell *cells, struct err *e)
{
	struct buf *out = ctx;

	for (size_t i = 0; i < 2; i++)
		buf_printf(out, "%s%.*s", i ? "|" : "[", cell_is_null(cells[i]) ? 1 : (int)cells[i].len,
			   cell_is_null(cells[i]) ? "-" : cells[i].data);
	buf_puts(out, "]");
	return !strstr(buf_str(out), "stop") || err_set(e, ERR_LIMIT, 0, "stopped");
}

static void rows_give(const char *xml, const char *want, enum err_kind kind)
{
	static const char *const fields[] = { "Key", "Size" };
	struct buf out = BUF_INIT;
	struct xmltext_rows rows = { .path = "L/C", .fields = fields, .nfields = 2, .row = put_row,
				     .ctx = &out };
	struct err e = { 0 };

	assert_int_equal(xmltext_rows(xml, strlen(xml), &rows, &e), kind == ERR_NONE);
	assert_int_equal(e.kind, kind);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void rows_are_found(void **state)
{
	(void)state;
	rows_give("<L/>", "", ERR_NONE);
	rows_give("<L><C><Key>a</Key><Size>1</Size></C><C><Size>2</Size><Key>b&amp;<![CDATA[<]]></Key></C></L>",
		  "[a|1][b&<|2]", ERR_NONE);
	rows_give("<L xmlns='u'><C><Key/></C><C/><D><Key>x</Key></D></L>", "[|-][-|-]", ERR_NONE);
	/* Deeper ones of the name, and second ones, are others'. */
	rows_give("<L><C><Owner><Key>no</Key></Owner><Key>a</Key><Key>no</Key>"
		  "<C><Key>no</Key></C><Size>1<x>2</x></Size></C></L>", "[a|12]", ERR_NONE);
	rows_give("<C><Key>no</Key></C>", "", ERR_NONE);
	rows_give("<L><C><Key>a</Key></C><C><Key>", "[a|-]", ERR_DECODE);
	rows_give("<L><C><Key>a</Key></C><C><Key>stop</Key></C><C/></L>", "[a|-][stop|-]", ERR_LIMIT);
}

static void entities_are_characters(void **state)
{
	(void)state;
	gives("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#xe9;&#x20ac;&#x1f600;</a>", "a",
	      "<>&\"'AB\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void everything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "x", "<", "<a", "<a>", "<a></b>", "<a></a", "</a>", "<a/><b/>", "<a></a>x", "&lt;",
		"<a b></a>", "<a b=c></a>", "<a b='></a>", "<a>&lt</a>", "<a>&nope;</a>", "<a>&#0;</a>",
		"<a>&#xd800;</a>", "<a>&#x110000;</a>", "<a>&#99999999;</a>", "<a>&#;</a>", "<a>&;</a>",
		"<a><!-- </a>", "<a><![CDATA[ </a>", "<![CDATA[x]]>", "< a></a>",
		"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		bool found;

		if (xmltext_get(bad[i], strlen(bad[i]), "a", &out, &found, &e))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.kind, ERR_DECODE);
		buf_release(&out);
	}
}

static void cut_anywhere(void **state)
{
	static const char xml[] = "<?xml version=\"1.0\"?><a x='1'><b>t&amp;<![CDATA[u]]></b><!-- c --></a>";

	(void)state;
	for (size_t n = 0; n < sizeof(xml) - 1; n++) {
		struct buf out = BUF_INIT;
		bool found;

		assert_false(xmltext_get(xml, n, "a/b", &out, &found, NULL));
		buf_release(&out);
	}
	gives(xml, "a/b", "t&u");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_found),
		cmocka_unit_test(rows_are_found),
		cmocka_unit_test(entities_are_characters),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
