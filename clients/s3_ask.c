#include "clients/s3_ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/http.h"
#include "clients/s3_answer.h"
#include "clients/s3_call.h"

enum { PAGES_MAX = 2000, PAGE_BYTES = 8 << 20, FAULT_BYTES = 16 << 10,
       RANGE_NOT_SATISFIABLE = 416 };

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

/* ---- rows -------------------------------------------------------------------------- */

static struct cell base_name(struct cell key)
{
	const char *slash = memrchr(key.data, '/', key.len);

	return slash ? (struct cell){ slash + 1, key.len - (size_t)(slash + 1 - key.data) } : key;
}

/* Cells by field, in the mapping's order, the bound values among them. */
static bool emit(struct s3_asking *k, const struct cell fields[static S3_FIELDS], struct err *e)
{
	const struct s3_mapping *m = k->mapping;
	struct cell cells[S3_COLUMNS_MAX];

	if (cancel_fired(k->cancel))
		return err_set(e, ERR_CANCELLED, 0, "stopped");
	if (k->rows >= k->max_rows)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %" PRIu64 " rows, stopped there",
			       s3_name(k), k->max_rows);
	for (size_t i = 0; i < m->ncolumns; i++) {
		if (m->fields[i] < S3_FIELDS)
			cells[i] = fields[m->fields[i]];
		else if (!s3_mapping_value(k->query, m->bound[i], &cells[i], e))
			return false;
	}
	k->rows++;
	return k->sink->row(k->sink, cells, e);
}

/* ---- listing ----------------------------------------------------------------------- */

/* An s3_object_fn. */
static bool emit_object(void *ctx, const struct s3_object *o, struct err *e)
{
	const struct cell fields[S3_FIELDS] = {
		[S3_KEY] = o->key, [S3_NAME] = base_name(o->key), [S3_SIZE] = o->size,
		[S3_MODIFIED] = o->modified, [S3_ETAG] = o->etag, [S3_STORAGE] = o->storage,
	};

	return emit(ctx, fields, e);
}

/* In the order of their names, so that a person can sign it with curl, which needs that. */
static void put_pair(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", key);
	http_escape(out, value, strlen(value));
}

static bool read_page(const struct s3_asking *k, const struct aws_call *c, s3_object_fn *object,
		      void *ctx, struct buf *next, struct err *e)
{
	struct err why = { 0 };
	bool ok = s3_page_read(buf_str(&c->answer), c->answer.len, object, ctx, next, &why);

	if (!ok && why.kind == ERR_DECODE)
		s3_prefixed(k, &why);
	if (!ok && e)
		*e = why;
	return ok;
}

static bool list_page(struct s3_asking *k, s3_object_fn *object, void *ctx, struct buf *next,
		      struct err *e)
{
	struct aws_call c = { .path = "", .query = buf_str(&k->request), .max_bytes = s3_room(k, PAGE_BYTES) };
	struct aws_fault fault;
	bool ok = !k->request.failed || no_memory(e);

	ok = ok && s3_call(k, &c, &fault, e);
	if (ok && !aws_client_success(&c))
		ok = s3_refusal(k, &c, &fault, e);
	else if (ok)
		ok = read_page(k, &c, object, ctx, next, e);
	aws_wipe(&c.answer);
	return ok;
}

/* What each page of a listing has in common is in *common. */
static bool list_pages(struct s3_asking *k, const struct buf *common, struct err *e)
{
	struct buf token = BUF_INIT, next = BUF_INIT;
	bool ok = true;

	for (size_t page = 1; ok; page++) {
		buf_clear(&k->request);
		if (token.len > 0)
			put_pair(&k->request, "continuation-token", buf_str(&token));
		buf_printf(&k->request, "%s%s", token.len > 0 ? "&" : "", buf_str(common));
		ok = list_page(k, emit_object, k, &next, e);
		if (!ok || next.len == 0)
			break;
		if (page == PAGES_MAX || strcmp(buf_str(&next), buf_str(&token)) == 0)
			ok = err_set(e, ERR_LIMIT, 0, "%s: page %zu %s: %" PRIu64 " rows kept", s3_name(k), page,
				     page == PAGES_MAX ? "is the last that is read" : "names itself as the next",
				     k->rows);
		buf_clear(&token);
		buf_puts(&token, buf_str(&next));
		buf_clear(&next);
	}
	buf_release(&token);
	buf_release(&next);
	return ok;
}

static bool put_common(struct s3_asking *k, usec day, struct buf *out, struct err *e)
{
	const struct s3_mapping *m = k->mapping;
	struct cell after = CELL_NULL;

	if (!s3_mapping_key(m, k->query, day, NULL, &k->path, e) ||
	    (m->start_after && !s3_mapping_value(k->query, m->start_after, &after, e)))
		return s3_prefixed(k, e);
	buf_puts(out, "encoding-type=url&list-type=2&max-keys=1000");
	put_pair(out, "prefix", buf_str(&k->path));
	if (!cell_is_null(after))
		put_pair(out, "start-after", after.data);
	return !out->failed || no_memory(e);
}

static bool list(struct s3_asking *k, struct err *e)
{
	size_t days, left_out;
	usec last;

	if (!s3_mapping_days(k->mapping, k->query, &last, &days, &left_out, e))
		return s3_prefixed(k, e);
	for (size_t i = 0; i < days; i++) {
		usec day = last == TIME_NONE ? TIME_NONE : last - (usec)i * USEC_DAY;
		struct buf common = BUF_INIT;
		bool ok;

		buf_clear(&k->path);
		ok = put_common(k, day, &common, e) && list_pages(k, &common, e);
		buf_release(&common);
		if (!ok)
			return false;
	}
	return left_out == 0 || err_set(e, ERR_LIMIT, 0, "%s: listed the last %zu days, the %zu before "
					"them were not asked for", s3_name(k), days, left_out);
}

/* ---- reading ----------------------------------------------------------------------- */

struct object {
	struct aws_call call;
	size_t bytes;                   /* of it that are wanted */
	uint64_t all;                   /* that there are, as far as it is known */
	struct err why;                 /* what cut it short */
	bool cut;
	char size[24], modified[TIME_TEXT_MAX], line[24];
};

static struct cell text_or_null(const char *s)
{
	return *s ? cell_of(s) : CELL_NULL;
}

static bool emit_lines(struct s3_asking *k, struct object *o, struct cell *fields, struct err *e)
{
	const struct buf *b = &o->call.answer;
	size_t at = 0, number = 0;
	struct cell line;

	while (s3_line(buf_str(b), b->len, &at, &line)) {
		snprintf(o->line, sizeof(o->line), "%zu", ++number);
		if (line.len > ROWS_MAX_CELL && !o->cut)
			o->cut = !err_set(&o->why, ERR_LIMIT, 0, "%s: line %zu is longer than %d bytes: cut there",
					  s3_name(k), number, (int)ROWS_MAX_CELL);
		if (line.len > ROWS_MAX_CELL)
			line.len = ROWS_MAX_CELL;
		fields[S3_LINE] = cell_of(o->line);
		fields[S3_TEXT] = line;
		if (!emit(k, fields, e))
			return false;
	}
	return true;
}

static bool emit_object_text(struct s3_asking *k, struct object *o, struct err *e)
{
	const struct buf *b = &o->call.answer;
	const struct cell key = { buf_str(&k->path), k->path.len };
	struct cell fields[S3_FIELDS] = {
		[S3_KEY] = key, [S3_NAME] = base_name(key), [S3_SIZE] = text_or_null(o->size),
		[S3_MODIFIED] = text_or_null(o->modified),
		[S3_LINE] = cell_of("1"), [S3_TEXT] = { buf_str(b), b->len },
	};

	return k->mapping->whole_text ? emit(k, fields, e) : emit_lines(k, o, fields, e);
}

/* "8 MiB", "1,500 bytes" */
static void put_size(char out[static 24], uint64_t bytes)
{
	if (bytes >= 1 << 20)
		snprintf(out, 24, "%.1f MiB", (double)bytes / (1 << 20));
	else
		snprintf(out, 24, "%" PRIu64 " bytes", bytes);
}

/* `rest` is what becomes of the part that is not there. */
static void cut_short(const struct s3_asking *k, struct object *o, bool unpacked, const char *rest)
{
	char read[24], all[24];

	put_size(read, o->call.answer.len);
	put_size(all, o->all);
	o->cut = !err_set(&o->why, ERR_LIMIT, 0, "%s: %s %s %s %s, the rest %s", s3_name(k),
			  unpacked ? "unpacked" : "read the first", read, unpacked ? "out of" : "of", all,
			  rest);
}

/* False when there is more of it than is wanted. */
static bool fits(struct object *o)
{
	struct buf *b = &o->call.answer;

	if (b->len <= o->bytes)
		return true;
	b->len = o->bytes;
	return false;
}

static const char is_left_out[] = "is left out";

/* Its size is not known when a server sends more than was asked for, and more than is
 * taken. A part of what the server says is encoded is measured as it was sent. */
static void describe(const struct s3_asking *k, struct object *o)
{
	const struct http_response *r = &o->call.response;
	const struct buf *b = &o->call.answer;
	bool encoded = r->total && b->len != r->upto, part = r->upto < r->total;

	o->all = r->total ? r->total : b->len;
	if (r->modified > 0)
		time_iso(o->modified, r->modified * USEC_SEC, false);
	if (!o->cut)
		snprintf(o->size, sizeof(o->size), "%" PRIu64, o->all);
	if ((!fits(o) || part) && !o->cut)
		cut_short(k, o, encoded, is_left_out);
}

/* ---- unpacking --------------------------------------------------------------------- */

static bool not_unpacked(const struct s3_asking *k, const struct object *o, const char *packed,
			 const char *why, struct err *e)
{
	char all[24];

	put_size(all, o->all);
	return err_set(e, ERR_DECODE, 0, "%s: the object is %s, %s: not unpacked%s%s", s3_name(k), packed,
		       all, *why ? ": " : "", why);
}

/* An object that is gzip is asked for once more, to be sent as one that is merely encoded
 * so: libcurl undoes that. What the object's end, where it was read, says of its size
 * proves that nothing is missing. */
static bool unpack(struct s3_asking *k, struct object *o, struct err *e)
{
	static const char gzip[] = "gzip";
	struct aws_call *c = &o->call;
	uint32_t size = s3_gzip_size(buf_str(&c->answer), c->answer.len);
	struct err why = { 0 };
	struct aws_fault fault;
	bool ok;

	c->query = "response-content-encoding=gzip";
	ok = s3_call(k, c, &fault, &why);
	if (!ok && why.kind != ERR_LIMIT && why.kind != ERR_DECODE) {
		if (e)
			*e = why;
		return false;
	}
	if (!aws_client_success(c))
		return not_unpacked(k, o, gzip, fault.code, e);
	if (!ok && c->answer.len == 0)
		return not_unpacked(k, o, gzip, "it is damaged", e);
	if (s3_packed(buf_str(&c->answer), c->answer.len))
		return not_unpacked(k, o, gzip, "the server does not send it as such", e);
	if (!fits(o) || o->cut || why.kind == ERR_LIMIT)
		cut_short(k, o, true, is_left_out);
	else if (!ok || (uint32_t)c->answer.len != size)
		cut_short(k, o, true, "cannot be unpacked");
	return true;
}

static bool unpack_known(struct s3_asking *k, struct object *o, struct err *e)
{
	const char *packed = s3_packed(buf_str(&o->call.answer), o->call.answer.len);

	if (packed && strcmp(packed, "gzip") == 0)
		return unpack(k, o, e);
	return !packed || not_unpacked(k, o, packed, "", e);
}

/* ---- one object -------------------------------------------------------------------- */

/* *there: whether there is one of that key. */
static bool read_answer(struct s3_asking *k, struct object *o, const struct aws_fault *fault,
			bool *there, struct err *e)
{
	struct aws_call *c = &o->call;

	*there = strcmp(fault->code, "NoSuchKey") != 0;
	if (!*there)
		return true;
	if (c->response.status == RANGE_NOT_SATISFIABLE) /* an empty object has no first byte */
		aws_wipe(&c->answer);
	else if (!aws_client_success(c))
		return s3_refusal(k, c, fault, e);
	describe(k, o);
	if (!unpack_known(k, o, e) || !emit_object_text(k, o, e))
		return false;
	if (o->cut && e)
		*e = o->why;
	return !o->cut;
}

static bool put_key(struct s3_asking *k, usec day, const char *folder, struct err *e)
{
	buf_clear(&k->path);
	buf_clear(&k->request);
	if (!s3_mapping_key(k->mapping, k->query, day, folder, &k->path, e))
		return s3_prefixed(k, e);
	for (const char *s = buf_str(&k->path); *s; s += strcspn(s, "/")) {
		for (; *s == '/'; s++)
			buf_putc(&k->request, '/');
		http_escape(&k->request, s, strcspn(s, "/"));
	}
	return !k->request.failed || no_memory(e);
}

static bool get_one(struct s3_asking *k, usec day, const char *folder, bool *there, struct err *e)
{
	size_t bytes = s3_room(k, k->mapping->max_bytes);
	/* A fault has to fit as well. */
	struct object o = { .bytes = bytes, .call = { .max_bytes = bytes < FAULT_BYTES ? FAULT_BYTES : bytes } };
	struct aws_fault fault;
	char range[48];
	bool ok;

	*there = false;
	if (!put_key(k, day, folder, e))
		return false;
	snprintf(range, sizeof(range), "bytes=0-%zu", bytes - 1);
	o.call.path = buf_str(&k->request);
	o.call.range = range;
	ok = s3_call(k, &o.call, &fault, &o.why);
	/* A server that knows no ranges sends all of it: what fits stays. */
	o.cut = !ok && o.why.kind == ERR_LIMIT && aws_client_success(&o.call);
	if (ok || o.cut)
		ok = read_answer(k, &o, &fault, there, e);
	else if (e)
		*e = o.why;
	aws_wipe(&o.call.answer);
	return ok;
}

struct folders {
	char *names[S3_FOLDERS_MAX];
	size_t n;
};

/* An s3_folder_fn. */
static bool keep_folder(void *ctx, struct cell name, struct err *e)
{
	struct folders *f = ctx;

	if (f->n == S3_FOLDERS_MAX)
		return err_set(e, ERR_LIMIT, 0, "more than %d folders: none of them was looked into",
			       (int)S3_FOLDERS_MAX);
	f->names[f->n] = strndup(name.data, name.len);
	return f->names[f->n++] || no_memory(e);
}

static bool list_folders(struct s3_asking *k, usec day, struct folders *f, struct err *e)
{
	struct aws_call c = { .path = "", .max_bytes = s3_room(k, PAGE_BYTES) };
	struct aws_fault fault;
	bool ok;

	if (!put_key(k, day, NULL, e))
		return false;
	buf_clear(&k->request);
	buf_puts(&k->request, "delimiter=%2F&encoding-type=url&list-type=2");
	put_pair(&k->request, "prefix", buf_str(&k->path));
	if (k->request.failed)
		return no_memory(e);
	c.query = buf_str(&k->request);
	ok = s3_call(k, &c, &fault, e);
	if (ok && !aws_client_success(&c))
		ok = s3_refusal(k, &c, &fault, e);
	else if (ok)
		ok = s3_folders_read(buf_str(&c.answer), c.answer.len, k->path.len, keep_folder, f, e) ||
		     s3_prefixed(k, e);
	aws_wipe(&c.answer);
	return ok;
}

static bool get_of_day(struct s3_asking *k, usec day, bool *there, struct err *e)
{
	struct folders f = { .n = 0 };
	bool ok;

	if (!k->mapping->folders)
		return get_one(k, day, NULL, there, e);
	ok = list_folders(k, day, &f, e);
	for (size_t i = 0; ok && i < f.n && !*there; i++)
		ok = get_one(k, day, f.names[i], there, e);
	for (size_t i = 0; i < f.n; i++)
		free(f.names[i]);
	return ok;
}

static bool get(struct s3_asking *k, struct err *e)
{
	size_t days, left_out;
	bool there = false;
	usec last;

	if (!s3_mapping_days(k->mapping, k->query, &last, &days, &left_out, e))
		return s3_prefixed(k, e);
	for (size_t i = 0; i < days && !there; i++) {
		usec day = last == TIME_NONE ? TIME_NONE : last - (usec)i * USEC_DAY;

		if (!get_of_day(k, day, &there, e))
			return false;
	}
	return there || left_out == 0 ||
	       err_set(e, ERR_LIMIT, 0, "%s: it is not of the last %zu days, the %zu before them were not "
		       "tried", s3_name(k), days, left_out);
}

/* ---- all of it --------------------------------------------------------------------- */

static void release(struct s3_asking *k)
{
	buf_release(&k->path);
	buf_release(&k->request);
}

bool s3_ask(struct s3_asking *k, struct err *e)
{
	const struct s3_mapping *m = k->mapping;
	bool ok = k->sink->columns(k->sink, m->columns, m->ncolumns, e);

	ok = ok && (m->list ? list(k, e) : get(k, e));
	/* Another attempt would bring the same rows once more. */
	if (!ok && e && k->rows > 0)
		e->transient = false;
	release(k);
	return ok;
}

/* An s3_object_fn. */
static bool note_object(void *ctx, const struct s3_object *o, struct err *e)
{
	bool *any = ctx;

	(void)o;
	(void)e;
	*any = true;
	return true;
}

bool s3_ask_any(struct s3_asking *k, const char *prefix, bool *any, struct err *e)
{
	struct buf next = BUF_INIT;
	bool ok;

	*any = false;
	buf_puts(&k->request, "encoding-type=url&list-type=2&max-keys=1");
	put_pair(&k->request, "prefix", prefix);
	ok = list_page(k, note_object, any, &next, e);
	buf_release(&next);
	release(k);
	return ok;
}
