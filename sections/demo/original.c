/* The files that carriers sent, as they lie in the buckets: EDI 315 of ocean carriers,
 * CSV of the others. Draws nothing: all else stays as it was without them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sections/demo/model.h"

enum { DATE = 9, TIME = 5 };

struct edi {
	struct buf *out;
	const struct load *load;
	const struct original_told *told;
	char date[DATE], time[TIME];    /* of the file */
	size_t segments;                /* of the open transaction */
	size_t transactions;
};

static void spell(usec t, char date[static DATE], char time[static TIME])
{
	char text[TIME_TEXT_MAX];

	time_sql(text, t, false);
	snprintf(date, DATE, "%.4s%.2s%.2s", text, text + 5, text + 8);
	snprintf(time, TIME, "%.2s%.2s", text + 11, text + 14);
}

static void segment(struct edi *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void segment(struct edi *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(x->out, fmt, ap);
	va_end(ap);
	buf_puts(x->out, "~\n");
	x->segments++;
}

static void begin(struct edi *x)
{
	char carrier[5];
	unsigned control = (unsigned)(x->told->at / USEC_MIN % 1000000);

	snprintf(carrier, sizeof(carrier), "%s", x->told->scac);
	for (char *c = carrier; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	segment(x, "ISA*00*          *00*          *02*%-15.15s*ZZ*%-15s*%s*%s*U*00401*%09u*0*P*>", carrier,
		"PLATFORM", x->date + 2, x->time, control);
	segment(x, "GS*QO*%s*PLATFORM*%s*%s*%u*X*004010", carrier, x->date, x->time, control);
}

static void end(struct edi *x)
{
	unsigned control = (unsigned)(x->told->at / USEC_MIN % 1000000);

	segment(x, "GE*%zu*%u", x->transactions, control);
	segment(x, "IEA*1*%09u", control);
}

struct status {
	const struct edi_event *event;
	const char *container, *booking, *bol;
	bool miscount;
};

static const char *function_of(const struct edi_event *e)
{
	return strcmp(e->stop, "pol") == 0 ? "L" : strcmp(e->stop, "pod") == 0 ? "D"
	     : strncmp(e->stop, "tsp", 3) == 0 ? "T" : "R";
}

static void put_status(struct edi *x, const struct status *s)
{
	const struct edi_event *e = s->event;
	char date[DATE], time[TIME];

	spell(e->at, date, time);
	x->segments = 0;
	segment(x, "ST*315*%04zu", ++x->transactions);
	segment(x, "B4***%s*%s*%s**%.4s*%.6s*L*45G1*%s*UN*%s", e->code, date, time, s->container,
		s->container + 4, e->locode, s->container + 10);
	segment(x, "N9*BN*%s", s->booking);
	segment(x, "N9*BM*%s", s->bol);
	if (e->vessel)
		segment(x, "Q2*9400001*NL*******%s***L*%s", e->voyage ? e->voyage : "", e->vessel);
	segment(x, "R4*%s*UN*%s*%s*%s", function_of(e), e->locode, e->city, e->country);
	segment(x, "DTM*140*%s*%s*LT", date, time);
	segment(x, "SE*%zu*%04zu", x->segments + 1 - s->miscount, x->transactions);
}

/* Other people's containers. */
static void put_others(struct edi *x, size_t n)
{
	static const char *const codes[] = { "VD", "I", "AE", "UV", "OA" };

	for (size_t i = 0; i < n; i++) {
		unsigned seed = (unsigned)(x->told->at / USEC_MIN % 100000) + (unsigned)i * 7919;
		char container[12], booking[16], bol[20];
		const struct edi_event e = { .code = codes[seed % 5], .stop = "pol", .city = "ANTWERP",
					     .country = "BE", .locode = "BEANR",
					     .at = x->told->at - (usec)(3 + seed % 20) * USEC_HOUR };
		const struct status s = { &e, container, booking, bol, false };

		snprintf(container, sizeof(container), "GESU%06u%u", seed * 13 % 1000000, seed % 10);
		snprintf(booking, sizeof(booking), "BKG%08u", seed * 31 % 100000000);
		snprintf(bol, sizeof(bol), "BOL%09u", seed * 37 % 1000000000);
		put_status(x, &s);
	}
}

/* Ours is the record that the files' log says; the late one comes last. */
static void put_edi(struct buf *out, const struct load *l, const struct original_told *t)
{
	struct edi x = { .out = out, .load = l, .told = t };

	spell(t->at, x.date, x.time);
	begin(&x);
	put_others(&x, t->record - 1);
	for (size_t i = 0; i < t->nevents; i++) {
		const struct status s = { &t->events[i], l->container, t->booking, l->bol,
					  t->miscount && i == 0 };

		put_status(&x, &s);
		if (i == 0)
			put_others(&x, 2);
	}
	end(&x);
}

static void put_csv(struct buf *out, const struct load *l, const struct original_told *t)
{
	char text[TIME_TEXT_MAX];

	buf_puts(out, "load_number,latitude,longitude,located_at,truck\n");
	for (size_t i = 1; i <= t->record + 3; i++) {
		usec at = t->at - (usec)(40 - i % 40) * USEC_MIN;

		if (i == t->record)
			buf_printf(out, "%s,50.1250,14.5000,%s,%s\n", l->number, time_iso(text, at, false),
				   l->truck ? l->truck : "");
		else
			buf_printf(out, "OTH-%06zu,%zu.1250,%zu.5000,%s,TRK-%zu\n", 1000 + i * 17, 45 + i % 9,
				   5 + i % 14, time_iso(text, at, false), 100 + i);
	}
}

static void emit_object(struct generator *g, const char *bucket, const char *folder,
			const struct load *l, const struct original_told *t, const struct buf *content)
{
	char day[TIME_TEXT_MAX];

	row_start(g, TABLE_OBJECTS);
	row_text(g, "bucket", bucket);
	row_format(g, "key", "%s/%s/%s%.10s/%s", folder, l->carrier.permalink,
		   strcmp(bucket, "backup") == 0 ? "sftp-updates/" : "", time_iso(day, t->at, false), t->file);
	row_int(g, "size", (int64_t)content->len);
	row_time(g, "last_modified", t->at - 4 * USEC_SEC);
	row_text(g, "content", buf_str(content));
	row_end(g);
}

void emit_original(struct generator *g, const struct load *l, const struct original_told *t)
{
	const char *dot = t->file ? strrchr(t->file, '.') : NULL;
	struct buf content = BUF_INIT;
	bool edi = dot && strcmp(dot, ".edi") == 0 && strstr(t->file, "_315_") && l->container &&
		   strlen(l->container) == 11 && t->nevents > 0;

	if (edi)
		put_edi(&content, l, t);
	else if (dot && strcmp(dot, ".csv") == 0)
		put_csv(&content, l, t);
	if (content.failed && g->err.kind == ERR_NONE)
		err_set(&g->err, ERR_MEMORY, 0, "out of memory");
	if (content.len > 0)
		emit_object(g, "backup", "super_files", l, t, &content);
	if (edi)
		emit_object(g, "edi", "edi/ea315", l, t, &content);
	buf_release(&content);
}
