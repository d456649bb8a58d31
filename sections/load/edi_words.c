#include "sections/load/edi_words.h"

#include <stdio.h>
#include <string.h>

#include "sections/load/ocean_body.h"

struct word {
	const char *code, *text;
};

/* Ends with a NULL code, whose text is for all others. */
static const char *find_word(const struct word *w, struct cell code)
{
	while (w->code && !cell_is(code, w->code))
		w++;
	return w->text;
}

static const struct word tags[] = {
	{ "ISA", "interchange begins" },  { "GS", "group begins" },     { "ST", "transaction begins" },
	{ "B4", "status" },               { "N9", "reference" },        { "Q2", "vessel" },
	{ "SG", "shipment status" },      { "R4", "port or place" },    { "DTM", "date and time" },
	{ "V9", "event" },                { "SE", "transaction ends" }, { "GE", "group ends" },
	{ "IEA", "interchange ends" },    { "N1", "party" },            { "N7", "equipment" },
	{ "H3", "special handling" },     { "M7", "seals" },            { "MAN", "marks" },
	{ "K1", "remarks" },              { NULL, NULL },
};

static const struct word references[] = {
	{ "BN", "booking" },           { "BM", "bill of lading" },   { "MB", "master bill of lading" },
	{ "OB", "ocean bill of lading" }, { "OC", "ocean container" }, { "EQ", "equipment" },
	{ "SN", "seal" },              { "SCA", "carrier" },         { "PO", "purchase order" },
	{ "CR", "customer's reference" }, { "SI", "shipper's reference" }, { "FN", "forwarder's reference" },
	{ "CN", "carrier's reference" }, { "2I", "tracking number" }, { "ZZ", "reference" },
	{ NULL, NULL },
};

static const struct word places[] = {
	{ "L", "port of loading" },    { "D", "port of discharge" }, { "R", "place of receipt" },
	{ "E", "place of delivery" },  { "I", "interim point" },     { "T", "transshipment" },
	{ "Y", "relay port" },         { "5", "where it happened" }, { NULL, "place" },
};

static const struct word times[] = {
	{ "139", "estimated" },           { "140", "actual" },
	{ "369", "estimated departure" }, { "370", "actual departure" },
	{ "371", "estimated arrival" },   { "372", "actual arrival" },
	{ "017", "estimated delivery" },  { "035", "delivered" },
	{ NULL, "time" },
};

const char *edi_tag_name(struct cell tag)
{
	return find_word(tags, tag);
}

/* ---- pieces ------------------------------------------------------------------------ */

static bool all_digits(struct cell c)
{
	for (size_t i = 0; i < c.len; i++) {
		if (c.data[i] < '0' || c.data[i] > '9')
			return false;
	}
	return true;
}

usec edi_time(struct cell date, struct cell time)
{
	const char *century = date.len == 6 ? "20" : "", *d = date.data;
	int year = date.len == 6 ? 2 : 4;
	char text[TIME_TEXT_MAX];
	usec t;

	if ((date.len != 6 && date.len != 8) || !all_digits(date) || (time.len >= 4 && !all_digits(time)))
		return TIME_NONE;
	snprintf(text, sizeof(text), "%s%.*s-%.2s-%.2s %.2s:%.2s:00", century, year, d, d + year,
		 d + year + 2, time.len >= 4 ? time.data : "00", time.len >= 4 ? time.data + 2 : "00");
	return time_parse(text, strlen(text), &t) ? t : TIME_NONE;
}

static void put(struct buf *out, struct cell c)
{
	if (!cell_is_null(c))
		buf_put(out, c.data, c.len);
}

/* `before`, the element and `after`, when it is there. */
static bool put_with(struct buf *out, const char *before, const struct x12_segment *s, size_t n,
		     const char *after)
{
	struct cell c = x12_element(s, n);

	if (cell_is_null(c))
		return false;
	buf_puts(out, before);
	put(out, c);
	buf_puts(out, after);
	return true;
}

/* "2026-01-16 19:22", or as it stands there. */
static void put_time(struct buf *out, const char *before, struct cell date, struct cell time)
{
	usec t = edi_time(date, time);
	char text[TIME_TEXT_MAX];

	if (cell_is_null(date))
		return;
	buf_puts(out, before);
	if (t != TIME_NONE) {
		buf_put(out, time_sql(text, t, false), time.len >= 4 ? 16 : 10);
		return;
	}
	put(out, date);
	if (!cell_is_null(time))
		buf_putc(out, ' ');
	put(out, time);
}

static void put_code(struct buf *out, struct cell code)
{
	const char *name = ocean_code_name(code);

	put(out, code);
	if (name)
		buf_printf(out, " %s", name);
}

/* ---- segments ---------------------------------------------------------------------- */

static void say_isa(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "from ", s, 6, "");
	put_with(out, " to ", s, 8, "");
	put_time(out, ", ", x12_element(s, 9), x12_element(s, 10));
	put_with(out, ", control number ", s, 13, "");
	if (cell_is(x12_element(s, 15), "T"))
		buf_puts(out, ", a test");
}

static void say_gs(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "from ", s, 2, "");
	put_with(out, " to ", s, 3, "");
	put_time(out, ", ", x12_element(s, 4), x12_element(s, 5));
	put_with(out, ", group ", s, 6, "");
	put_with(out, ", version ", s, 8, "");
}

static void say_st(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "transaction ", s, 2, "");
	put_with(out, ", a ", s, 1, cell_is(x12_element(s, 1), "315") ? " (ocean status)" : "");
}

void edi_container(struct buf *out, const struct x12_segment *b4)
{
	static const unsigned char parts[] = { 7, 8, 13 };
	struct cell number = x12_element(b4, 8), check = x12_element(b4, 13);

	for (size_t i = 0; i < sizeof(parts); i++) {
		struct cell c = x12_element(b4, parts[i]);

		/* Some write the check digit into the number, and once more behind it. */
		if (parts[i] == 13 && (number.len != 6 || check.len != 1))
			continue;
		for (size_t k = 0; k < c.len; k++) {
			if (c.data[k] != ' ' && c.data[k] != '-')
				buf_putc(out, c.data[k]);
		}
	}
}

static void say_b4(struct buf *out, const struct x12_segment *s)
{
	struct cell load = x12_element(s, 9);
	size_t before;

	put_code(out, x12_element(s, 3));
	put_time(out, ", ", x12_element(s, 4), x12_element(s, 5));
	if (!put_with(out, ", at ", s, 11, ""))
		put_with(out, ", at ", s, 6, "");
	buf_puts(out, ", container ");
	before = out->len;
	edi_container(out, s);
	if (out->len == before)
		buf_puts(out, "not named");
	if (cell_is(load, "E") || cell_is(load, "L"))
		buf_puts(out, cell_is(load, "E") ? " (empty)" : " (full)");
	put_with(out, ", type ", s, 10, "");
}

static void say_n9(struct buf *out, const struct x12_segment *s)
{
	const char *what = find_word(references, x12_element(s, 1));

	buf_puts(out, what ? what : "reference");
	if (!what)
		put_with(out, " ", s, 1, ":");
	put_with(out, " ", s, 2, "");
	put_with(out, " ", s, 3, "");
	put_time(out, ", ", x12_element(s, 4), x12_element(s, 5));
}

static void say_q2(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "vessel ", s, 13, "");
	put_with(out, " (", s, 1, ")");
	put_with(out, ", voyage ", s, 9, "");
	put_with(out, ", flag ", s, 2, "");
}

static void say_sg(struct buf *out, const struct x12_segment *s)
{
	put_code(out, x12_element(s, 1));
	put_with(out, ", reason ", s, 2, "");
	put_time(out, ", ", x12_element(s, 4), x12_element(s, 5));
}

static void say_r4(struct buf *out, const struct x12_segment *s)
{
	buf_puts(out, find_word(places, x12_element(s, 1)));
	put_with(out, ": ", s, 4, "");
	put_with(out, ", ", s, 3, "");
	put_with(out, ", ", s, 5, "");
	put_with(out, ", terminal ", s, 6, "");
}

static void say_dtm(struct buf *out, const struct x12_segment *s)
{
	buf_puts(out, find_word(times, x12_element(s, 1)));
	put_time(out, " ", x12_element(s, 2), x12_element(s, 3));
	put_with(out, " ", s, 4, "");
}

static void say_v9(struct buf *out, const struct x12_segment *s)
{
	put_code(out, x12_element(s, 1));
	put_with(out, " ", s, 2, "");
	put_time(out, ", ", x12_element(s, 3), x12_element(s, 4));
	put_with(out, ", ", s, 5, "");
	put_with(out, ", ", s, 7, "");
}

static void say_se(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "", s, 1, " segments");
	put_with(out, ", transaction ", s, 2, "");
}

static void say_ge(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "", s, 1, " transactions");
	put_with(out, ", group ", s, 2, "");
}

static void say_iea(struct buf *out, const struct x12_segment *s)
{
	put_with(out, "", s, 1, " groups");
	put_with(out, ", control number ", s, 2, "");
}

void edi_say(struct buf *out, const struct x12_segment *s)
{
	static const struct {
		const char *tag;
		void (*say)(struct buf *, const struct x12_segment *);
	} known[] = {
		{ "ISA", say_isa }, { "GS", say_gs },   { "ST", say_st }, { "B4", say_b4 }, { "N9", say_n9 },
		{ "Q2", say_q2 },   { "SG", say_sg },   { "R4", say_r4 }, { "DTM", say_dtm }, { "V9", say_v9 },
		{ "SE", say_se },   { "GE", say_ge },   { "IEA", say_iea },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (cell_is(s->tag, known[i].tag)) {
			known[i].say(out, s);
			return;
		}
	}
}
