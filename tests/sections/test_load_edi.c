/* EDI 315 and the carriers' originals: what a file says, what in it is this load's, and
 * what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/edi_words.h"
#include "sections/load/load.h"
#include "sections/load/x12.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

#define ISA "ISA*00*          *00*          *02*HLCU           *ZZ*PLATFORM       *260117*1010*U*00401*000000116*0*P*>~"
#define GS "GS*QO*HLCU*PLATFORM*20260117*1010*116*X*004010~"
#define OTHER "ST*315*0001~B4***AE*20260116*2000**GESU*325324*L*45G1*BEANR*UN*8~N9*BN*BKG1~SE*4*0001~"
#define OURS(count) "ST*315*0002~B4***VD*20260116*1922**HLXU*812044*L*45G1*NLRTM*UN*7~N9*BN*HLC26010440~" \
		    "N9*BM*HLCURTM260104401~Q2*9400001*NL*******603W***L*HALCYON AURORA~" \
		    "R4*L*UN*NLRTM*Rotterdam*NL**X~DTM*140*20260116*1922*LT~SE*" count "*0002~"
#define END(count) "GE*" count "*116~IEA*1*000000116~"

static void file(struct section_rows *r, const char *text)
{
	section_rows_init(r, &section_edi_315, now);
	section_row(r, "elements", text, "container", "HLXU8120447", "booking", "HLC26010440", "bol",
		    "HLCURTM260104401", "load_number", "NB-1", "object_key", "edi/a", NULL);
	section_finish(r);
}

static void is(struct section_rows *r, size_t row, const char *column, const char *want)
{
	assert_string_equal(section_text(r, row, column), want);
}

/* ---- segments -------------------------------------------------------------------------- */

static void separators_are_read(void **state)
{
	static const struct { const char *text; size_t n; const char *last; } all[] = {
		{ ISA "GS*QO~", 2, "QO" },
		{ ISA "\r\nGS*QO~\r\n", 2, "QO" },
		{ "ISA|00|          |00|          |02|A              |ZZ|B              |260117|1010|U|00401|000000116|0|P|^\nGS|QO\n", 2, "QO" },
		{ "ISA|00||00||02|A|ZZ|B|260117|1010|U|00401|116|0|P|>\r\nGS|QO|\r\n", 2, "QO" },
		{ "\xef\xbb\xbf" ISA, 1, "00" },
		{ "GS*QO~ST*315~", 2, "315" },
		{ "ISA*cut", 1, "cut" },
		{ "", 0, "" }, { "~", 1, "" }, { "\n\n", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct x12_reader r;
		struct x12_segment s = { .element = '*' };
		struct cell c;
		size_t n = 0;

		x12_begin(&r, all[i].text, strlen(all[i].text));
		while (x12_next(&r, &s))
			n++;
		c = n > 0 ? x12_element(&s, 1) : CELL_NULL;
		if (n != all[i].n || (*all[i].last && !cell_eq(c, cell_of(all[i].last))))
			fail_msg("%s: %zu segments, %.*s", all[i].text, n, (int)c.len, c.data ? c.data : "");
	}
	assert_true(x12_is(" \n" ISA, strlen(" \n" ISA)));
	assert_false(x12_is("GS*QO~", 6));
}

static void segments_say_words(void **state)
{
	static const struct { const char *segment, *want; } all[] = {
		{ "B4***VD*20260116*1922**HLXU*812044*L*45G1*NLRTM*UN*7",
		  "VD vessel departed, 2026-01-16 19:22, at NLRTM, container HLXU8120447 (full), type 45G1" },
		{ "B4***I*20260116***HLXU*8120447*E", "I gate in, 2026-01-16, container HLXU8120447 (empty)" },
		{ "B4***ZZ", "ZZ, container not named" },
		{ "N9*BN*HLC26010440", "booking HLC26010440" },
		{ "N9*QQ*X*Y", "reference QQ: X Y" },
		{ "Q2*9400001*NL*******603W***L*HALCYON AURORA", "vessel HALCYON AURORA (9400001), voyage 603W, flag NL" },
		{ "R4*L*UN*NLRTM*Rotterdam*NL*ECT", "port of loading: Rotterdam, NLRTM, NL, terminal ECT" },
		{ "R4*Q*UN*NLRTM", "place, NLRTM" },
		{ "DTM*140*20260116*1922*LT", "actual 2026-01-16 19:22 LT" },
		{ "DTM*999*x", "time x" },
		{ "V9*UV*Unloaded*260116*0800*NEW YORK**US", "UV discharged Unloaded, 2026-01-16 08:00, NEW YORK, US" },
		{ "SG*AE*A*B*20260116*0800", "AE loaded on vessel, reason A, 2026-01-16 08:00" },
		{ "ISA*00**00**02*HLCU*ZZ*PLATFORM*260117*1010*U*00401*116*0*T*>",
		  "from HLCU to PLATFORM, 2026-01-17 10:10, control number 116, a test" },
		{ "GS*QO*A*B*20260117*1010*116*X*004010", "from A to B, 2026-01-17 10:10, group 116, version 004010" },
		{ "ST*315*0001", "transaction 0001, a 315 (ocean status)" },
		{ "SE*8*0001", "8 segments, transaction 0001" },
		{ "GE*1*116", "1 transactions, group 116" },
		{ "IEA*1*116", "1 groups, control number 116" },
		{ "XYZ*1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf out = BUF_INIT;
		struct x12_reader r;
		struct x12_segment s;

		x12_begin(&r, all[i].segment, strlen(all[i].segment));
		if (!strncmp(all[i].segment, "ISA", 3))
			r.declared = true;
		assert_true(x12_next(&r, &s));
		edi_say(&out, &s);
		assert_string_equal(buf_str(&out), all[i].want);
		buf_release(&out);
	}
}

/* ---- EDI 315 --------------------------------------------------------------------------- */

static void the_loads_events_are_found(void **state)
{
	struct section_rows r;

	(void)state;
	file(&r, ISA GS OTHER OURS("8") END("2"));
	assert_int_equal(r.section.rows.rows, 16);
	is(&r, 0, "tag", "ISA");
	is(&r, 0, "segment_name", "interchange begins");
	is(&r, 3, "about", "NULL");
	is(&r, 3, "container", "GESU3253248");
	is(&r, 6, "tag", "ST");
	for (size_t i = 6; i <= 13; i++)
		is(&r, i, "about", "this load");
	is(&r, 7, "event_code", "VD");
	is(&r, 7, "event_name", "vessel departed");
	is(&r, 7, "event_time", "2026-01-16 19:22");
	is(&r, 7, "late_hours", "14");
	is(&r, 7, "container", "HLXU8120447");
	is(&r, 7, "booking", "HLC26010440");
	is(&r, 7, "bol", "HLCURTM260104401");
	is(&r, 7, "transaction", "0002");
	is(&r, 7, "written_at", "2026-01-17 10:10");
	is(&r, 7, "elements", "B4***VD*20260116*1922**HLXU*812044*L*45G1*NLRTM*UN*7");
	is(&r, 14, "about", "NULL");
	is(&r, 15, "object_key", "edi/a");
	for (size_t i = 0; i < 16; i++) {
		is(&r, i, "problem", "NULL");
		assert_int_equal(section_mark(&r, i), MARK_FINE);
	}
	assert_string_equal(section_summary(&r), "1 event of this load in 2 transactions");
	section_rows_release(&r);
}

/* By whichever of its names it is told. */
static void one_name_is_enough(void **state)
{
	static const struct { const char *transaction; bool ours; } all[] = {
		{ "ST*315*1~B4***VD*20260116*1922**HLXU*812044~SE*3*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922**HLXU*8120447~SE*3*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922**hlxu*812044*****7~SE*3*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922~N9*EQ*HLXU812044-7~SE*4*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922~N9*BN*HLC 26010440~SE*4*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922~N9*MB*HLCURTM260104401~SE*4*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922~N9*SI*NB-1~SE*4*1~", true },
		{ "ST*315*1~B4***VD*20260116*1922**HLXU*812045*****7~SE*3*1~", false },
		{ "ST*315*1~B4***VD*20260116*1922**HLXU*812044*****8~SE*3*1~", false },
		{ "ST*315*1~B4***VD*20260116*1922~N9*BN*HLC2601044O~SE*4*1~", false },
		{ "ST*315*1~SE*2*1~N9*BN*HLC26010440~", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct section_rows r;
		char text[600];

		snprintf(text, sizeof(text), "%s%s%s%s", ISA, GS, all[i].transaction, END("1"));
		file(&r, text);
		is(&r, 2, "about", all[i].ours ? "this load" : "NULL");
		section_rows_release(&r);
	}
}

static void late_and_stale_events_are_marked(void **state)
{
	struct section_rows r;

	(void)state;
	file(&r, ISA GS "ST*315*1~B4***I*20260110*0910**HLXU*812044~SE*3*1~"
	     "ST*315*2~B4***EE*20251120*0910**HLXU*812044~SE*3*2~ST*315*3~B4***EE***GESU*812044~SE*3*3~"
	     "ST*315*4~B4***I*20260110*0910**GESU*325324*****8~SE*3*4~" END("4"));
	is(&r, 3, "late_hours", "169");
	assert_int_equal(section_mark(&r, 3), MARK_DOUBT);
	is(&r, 6, "problem", "older than 45 d: such events are rejected");
	is(&r, 6, "meaning", "older than 45 d: such events are rejected: EE empty picked up, 2025-11-20 09:10, "
	   "container HLXU812044");
	assert_int_equal(section_mark(&r, 6), MARK_PROBLEM);
	is(&r, 9, "problem", "no time of the event");
	/* Somebody else's: not our doubt. */
	assert_int_equal(section_mark(&r, 12), MARK_FINE);
	assert_string_equal(section_summary(&r),
			    "2 events of this load in 4 transactions, 2 told more than 2 d late, 2 problems");
	section_rows_release(&r);
}

static void counts_and_controls_are_checked(void **state)
{
	static const struct { const char *text; size_t row; const char *problem; } all[] = {
		{ ISA GS OTHER OURS("9") END("2"), 13, "it says 9 segments, there are 8" },
		{ ISA GS OTHER OURS("x") END("2"), 13, "it says x segments, there are 8" },
		{ ISA GS OTHER END("2"), 6, "it says 2 transactions, there are 1" },
		{ ISA GS OTHER "GE*1*117~IEA*1*000000116~", 6, "it ends 117, but 116 began" },
		{ ISA GS OTHER "GE*1*116~IEA*2*000000116~", 7, "it says 2 groups, there are 1" },
		{ ISA GS OTHER "GE*1*116~IEA*1*116~", 7, "it ends 116, but 000000116 began" },
		{ ISA GS "ST*315*1~SE*2*2~" END("1"), 3, "it ends 2, but 1 began" },
		{ ISA GS "ST*315*1~B4***VD*20260116~ST*315*2~SE*2*2~" END("2"), 4, "the transaction before has no SE" },
		{ ISA GS "ST*315*1~B4***VD*20260116~" END("1"), 4, "the transaction before has no SE" },
		{ ISA GS "SE*1*1~" END("0"), 2, "no transaction began" },
		{ ISA "GE*0*1~IEA*0*000000116~", 1, "no group began" },
		{ ISA GS "IEA*1*000000116~", 2, "the group before has no GE" },
		{ "IEA*1*1~", 0, "no ISA begins the file: the usual separators are taken" },
		{ ISA GS OTHER "GE*1*116~" ISA "IEA*0*000000116~", 7, "the interchange before has no IEA" },
		{ ISA GS OTHER "GE*1*116~", 7, "the file ends without IEA" },
		{ ISA GS "ST*315*1~B4***VD*2026", 3, "not ended: the file is cut here" },
		{ ISA GS "ST*315*1~B4***VD*20260116~", 4, "the file ends within a transaction" },
		{ ISA GS "ST*214*1~SE*2*1~" END("1"), 2, "no ocean status (315)" },
		{ "ISA*0~GS*1~", 0, "its separators cannot be found: the usual ones are taken" },
		{ "a,b,c\n1,2,3\n", 0, "no ISA begins the file: the usual separators are taken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct section_rows r;

		file(&r, all[i].text);
		if (strcmp(section_text(&r, all[i].row, "problem"), all[i].problem) != 0)
			fail_msg("%s: row %zu: %s", all[i].text, all[i].row,
				 section_text(&r, all[i].row, "problem"));
		assert_int_equal(section_mark(&r, all[i].row), MARK_PROBLEM);
		section_rows_release(&r);
	}
}

static void nothing_is_no_row(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_edi_315, now);
	section_row(&r, "elements", NULL, NULL);
	section_row(&r, "elements", " \n", NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 0);
	section_rows_release(&r);
}

/* ---- originals --------------------------------------------------------------------------- */

static void original(struct section_rows *r, const char *text, const char *record)
{
	section_rows_init(r, &section_carrier_original, now);
	section_row(r, "text", text, "record", record, "container", "HLXU8120447", "booking", NULL, "bol", "",
		    "load_number", "NB-1001", NULL);
	section_finish(r);
}

static void the_record_is_found_by_its_number(void **state)
{
	struct section_rows r;

	(void)state;
	original(&r, "load,at\r\nNB-1000,1\r\n\r\nNB-1001,2\r\nNB-1002,3", "2");
	assert_int_equal(r.section.rows.rows, 5);
	is(&r, 0, "record", "NULL");
	is(&r, 0, "text", "load,at");
	is(&r, 1, "record", "1");
	is(&r, 2, "record", "NULL");
	is(&r, 3, "record", "2");
	is(&r, 3, "about", "the record");
	is(&r, 3, "names", "NB-1001");
	is(&r, 4, "about", "NULL");
	assert_int_equal(section_mark(&r, 3), MARK_FINE);
	assert_string_equal(section_summary(&r), "record at line 4 of 5, 1 names the load");
	section_rows_release(&r);
}

static void a_record_about_others_is_odd(void **state)
{
	struct section_rows r;

	(void)state;
	original(&r, "NB-1000,1\nNB-1001,2\n", "1");
	assert_int_equal(section_mark(&r, 0), MARK_DOUBT);
	assert_int_equal(section_mark(&r, 1), MARK_FINE);
	assert_string_equal(section_summary(&r),
			    "record at line 1 of 2, 1 names the load, none in the record");
	section_rows_release(&r);
	original(&r, "NB-1000,1\n", "7");
	assert_string_equal(section_summary(&r), "1 line, the record is not among them, 0 name the load");
	section_rows_release(&r);
	original(&r, "NB-1000,1\n", NULL);
	is(&r, 0, "about", "NULL");
	section_rows_release(&r);
}

static void of_edi_a_record_is_a_transaction(void **state)
{
	struct section_rows r;

	(void)state;
	original(&r, ISA GS OTHER OURS("8") END("2"), "2");
	is(&r, 1, "record", "NULL");
	is(&r, 2, "record", "1");
	is(&r, 6, "about", "the record");
	is(&r, 7, "names", "HLXU8120447");
	is(&r, 13, "record", "2");
	is(&r, 14, "record", "NULL");
	assert_string_equal(section_summary(&r), "record at line 7 of 16, 1 names the load");
	section_rows_release(&r);
}

/* ---- the list ---------------------------------------------------------------------------- */

static void files_are_newest_first(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_edi_files, now);
	section_row(&r, "object_key", "a", "file_name", "a", "size", "10", "last_modified",
		    "2026-01-20T08:00:00.000Z", "storage", "STANDARD", NULL);
	section_row(&r, "object_key", "b", "file_name", "b", "size", "0", "last_modified",
		    "2026-01-23T12:00:00.000Z", "storage", "STANDARD", NULL);
	section_row(&r, "object_key", "c", "file_name", "c", "size", "5", "last_modified",
		    "2026-01-21T12:00:00.000Z", "storage", "GLACIER", NULL);
	section_finish(&r);
	is(&r, 0, "object_key", "b");
	is(&r, 0, "last_modified", "2026-01-23T12:00:00Z");
	is(&r, 2, "object_key", "a");
	assert_int_equal(section_mark(&r, 0), MARK_DOUBT);
	assert_int_equal(section_mark(&r, 1), MARK_DOUBT);
	assert_int_equal(section_mark(&r, 2), MARK_FINE);
	assert_string_equal(section_summary(&r), "3 files of the carrier, 1 empty, 1 archived, last 2.0 h ago");
	section_rows_release(&r);
	section_rows_init(&r, &section_edi_files, now);
	section_row(&r, "object_key", "a", "last_modified", "some day", NULL);
	section_finish(&r);
	assert_string_equal(section_summary(&r), "1 file of the carrier");
	section_rows_release(&r);
}

/* ---- what it takes to ask ------------------------------------------------------------------ */

static const char *why_not(const struct section_def *def, const char *const *facts)
{
	static char reason[REASON_MAX];
	struct facts f = { 0 };

	reason[0] = '\0';
	for (; *facts; facts += 2)
		assert_true(facts_set(&f, facts[0], facts[1], ""));
	if (!(def->skip)(&f, reason))
		reason[0] = '\0';
	facts_release(&f);
	return reason;
}

#define FACTS(...) (const char *const[]){ __VA_ARGS__, NULL }

static void test_what_cannot_be_found_is_not_looked_for(void **state)
{
	(void)state;
	assert_non_null(strstr(why_not(&section_edi_315, FACTS("carrier_id", "halcyon-line")), "needs a file"));
	assert_non_null(strstr(why_not(&section_edi_315, FACTS("edi_key", "a.edi")), "the file's whole name"));
	assert_string_equal(why_not(&section_edi_315, FACTS("edi_key", "edi/ea315/x/2026-01-23/a.edi")), "");
	assert_non_null(strstr(why_not(&section_edi_315, FACTS("edi_file", "a.edi")), "the day it lies under"));
	assert_string_equal(why_not(&section_edi_315, FACTS("edi_file", "a.edi", "edi_received", "2026-01-23")), "");
	assert_non_null(strstr(why_not(&section_carrier_original, FACTS("original_file", "a.csv")), "the day it lies under"));
	assert_string_equal(why_not(&section_carrier_original, FACTS("original_file", "a.csv", "original_processed", "2026-01-23")), "");
	assert_non_null(strstr(why_not(&section_edi_files, FACTS("carrier_id", "x", "edi_around", "yesterday")), "needs a time"));
	assert_string_equal(why_not(&section_edi_files, FACTS("carrier_id", "x", "edi_around", "2026-01-23 11:22:07")), "");
	assert_string_equal(why_not(&section_edi_files, FACTS("carrier_id", "x")), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_found_is_not_looked_for),
		cmocka_unit_test(separators_are_read),
		cmocka_unit_test(segments_say_words),
		cmocka_unit_test(the_loads_events_are_found),
		cmocka_unit_test(one_name_is_enough),
		cmocka_unit_test(late_and_stale_events_are_marked),
		cmocka_unit_test(counts_and_controls_are_checked),
		cmocka_unit_test(nothing_is_no_row),
		cmocka_unit_test(the_record_is_found_by_its_number),
		cmocka_unit_test(a_record_about_others_is_odd),
		cmocka_unit_test(of_edi_a_record_is_a_transaction),
		cmocka_unit_test(files_are_newest_first),
	};

	return cmocka_run_group_tests_name("load_edi", tests, NULL, NULL);
}
