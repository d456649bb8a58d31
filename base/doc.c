#include "base/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum {
	TEXT_LIMIT = 1 << 20,
	DEPTH_LIMIT = 64,
	NODE_LIMIT = 1 << 16,
	NAME_SHOWN = 128,      /* of a longer name errors show the end */
	BLOCK_SIZE = 16 << 10,
};

/* Nodes and texts live in blocks that are freed with the document. */
struct block {
	struct block *next;
	size_t used, cap;
	max_align_t data[];
};

struct doc_node {
	enum doc_type type;
	const char *where;
	const char *key, *key_where; /* when the parent is a map */
	size_t index;                /* in the parent */
	const char *text;            /* of a scalar */
	size_t count;
	const struct doc_node **items;  /* in the order of the text */
	const struct doc_node **sorted; /* of a map: by key */
	struct doc_node *first, *last, *next; /* while the tree is built */
};

struct doc {
	struct block *blocks;
	const char *name;
	struct doc_node *root;
	size_t nodes;
};

/* The state of one reading: the open lists and maps, innermost last. */
struct reading {
	struct doc *doc;
	struct doc_node *open[DEPTH_LIMIT];
	int depth;
	const char *key, *key_where; /* of the value that comes next, in a map */
	struct fy_mark at;           /* of the current event */
	bool ended;                  /* the document is complete */
	struct err *e;
};

static void *take_bytes(struct doc *d, size_t size)
{
	struct block *b = d->blocks;
	void *p;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!b || b->cap - b->used < size) {
		size_t cap = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		b = malloc(sizeof(*b) + cap);
		if (!b)
			return NULL;
		*b = (struct block){ .next = d->blocks, .cap = cap };
		d->blocks = b;
	}
	p = (char *)b->data + b->used;
	b->used += size;
	return p;
}

static const char *copy_text(struct doc *d, const char *s, size_t len)
{
	char *p = take_bytes(d, len + 1);

	if (!p)
		return NULL;
	if (len > 0)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for a configuration");
}

/* The library counts from 0, people and editors from 1. */
static bool wrong(const struct reading *r, const char *what)
{
	return err_set(r->e, ERR_CONFIG, 0, "%s:%d:%d: %s", r->doc->name, r->at.line + 1,
		       r->at.column + 1, what);
}

static const char *where_now(struct reading *r)
{
	char buf[NAME_SHOWN + 64];
	int n = snprintf(buf, sizeof(buf), "%s:%d:%d", r->doc->name, r->at.line + 1,
			 r->at.column + 1);

	return copy_text(r->doc, buf, (size_t)n);
}

static struct doc_node *new_node(struct reading *r, enum doc_type type)
{
	struct doc_node *n;

	if (++r->doc->nodes > NODE_LIMIT) {
		wrong(r, "more than 65536 values");
		return NULL;
	}
	n = take_bytes(r->doc, sizeof(*n));
	if (n)
		*n = (struct doc_node){ .type = type, .where = where_now(r) };
	if (!n || !n->where) {
		no_memory(r->e);
		return NULL;
	}
	return n;
}

static struct doc_node *innermost(const struct reading *r)
{
	return r->depth > 0 ? r->open[r->depth - 1] : NULL;
}

static void attach(struct reading *r, struct doc_node *n)
{
	struct doc_node *parent = innermost(r);

	n->key = r->key;
	n->key_where = r->key_where;
	r->key = r->key_where = NULL;
	if (!parent) {
		r->doc->root = n;
		return;
	}
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	n->index = parent->count++;
}

static bool awaits_key(const struct reading *r)
{
	const struct doc_node *parent = innermost(r);

	return parent && parent->type == DOC_MAP && !r->key;
}

static bool on_start(struct reading *r, enum doc_type type)
{
	struct doc_node *n;

	if (awaits_key(r))
		return wrong(r, "a key must be plain text");
	if (r->depth == DEPTH_LIMIT)
		return wrong(r, "nested deeper than 64 levels");
	n = new_node(r, type);
	if (!n)
		return false;
	attach(r, n);
	r->open[r->depth++] = n;
	return true;
}

static bool on_scalar(struct reading *r, struct fy_token *token)
{
	size_t len = 0;
	const char *raw = token ? fy_token_get_text(token, &len) : NULL;
	const char *text;
	struct doc_node *n;

	if (!raw)
		len = 0;
	if (len > 0 && memchr(raw, '\0', len))
		return wrong(r, "a value contains a NUL character");
	if (len > 0 && !text_is_utf8(raw, len))
		return wrong(r, "a value is not valid Unicode");
	text = copy_text(r->doc, raw, len);
	if (!text)
		return no_memory(r->e);
	if (awaits_key(r)) {
		r->key = text;
		r->key_where = where_now(r);
		return r->key_where || no_memory(r->e);
	}
	n = new_node(r, DOC_SCALAR);
	if (!n)
		return false;
	n->text = text;
	attach(r, n);
	return true;
}

/* Equal keys keep the order of the text, so that the later one gets the blame. */
static int by_key(const void *a, const void *b)
{
	const struct doc_node *x = *(const struct doc_node *const *)a;
	const struct doc_node *y = *(const struct doc_node *const *)b;
	int order = strcmp(x->key, y->key);

	if (order != 0)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

static bool sort_keys(struct reading *r, struct doc_node *map)
{
	size_t size = map->count * sizeof(map->items[0]);

	map->sorted = take_bytes(r->doc, size);
	if (!map->sorted)
		return no_memory(r->e);
	memcpy(map->sorted, map->items, size);
	qsort(map->sorted, map->count, sizeof(map->sorted[0]), by_key);
	for (size_t i = 1; i < map->count; i++) {
		const struct doc_node *a = map->sorted[i - 1], *b = map->sorted[i];

		if (strcmp(a->key, b->key) == 0)
			return err_set(r->e, ERR_CONFIG, 0, "%s: duplicate key \"%s\", first at %s",
				       b->key_where, b->key, a->key_where);
	}
	return true;
}

static bool on_end(struct reading *r)
{
	struct doc_node *n = innermost(r);
	size_t i = 0;

	r->depth--;
	n->items = take_bytes(r->doc, n->count * sizeof(n->items[0]));
	if (!n->items)
		return no_memory(r->e);
	for (struct doc_node *child = n->first; child; child = child->next)
		n->items[i++] = child;
	return n->type != DOC_MAP || sort_keys(r, n);
}

static bool on_event(struct reading *r, struct fy_event *ev)
{
	const struct fy_mark *mark = fy_event_start_mark(ev);

	if (mark)
		r->at = *mark;
	if (ev->type == FYET_ALIAS)
		return wrong(r, "aliases are not supported");
	if (fy_event_get_anchor_token(ev))
		return wrong(r, "anchors are not supported");
	if (fy_event_get_tag_token(ev))
		return wrong(r, "tags are not supported");
	switch (ev->type) {
	case FYET_DOCUMENT_START:
		return !r->ended || wrong(r, "more than one document");
	case FYET_DOCUMENT_END:
		r->ended = true;
		return true;
	case FYET_MAPPING_START:
		return on_start(r, DOC_MAP);
	case FYET_SEQUENCE_START:
		return on_start(r, DOC_LIST);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return on_end(r);
	case FYET_SCALAR:
		return on_scalar(r, ev->scalar.value);
	default:
		return true;
	}
}

/* What the library complained about first; its own positions count from 1. */
static bool library_error(const struct reading *r, struct fy_diag *diag)
{
	void *iter = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &iter);

	if (!first || !first->msg)
		return wrong(r, "this is not YAML");
	return err_set(r->e, ERR_CONFIG, 0, "%s:%d:%d: %s", r->doc->name, first->line,
		       first->column, first->msg);
}

static bool read_events(struct reading *r, struct fy_parser *parser, struct fy_diag *diag)
{
	bool ok = true, last = false;

	while (ok && !last) {
		struct fy_event *ev = fy_parser_parse(parser);

		if (!ev)
			return library_error(r, diag);
		last = ev->type == FYET_STREAM_END;
		ok = on_event(r, ev);
		fy_parser_event_free(parser, ev);
	}
	return ok;
}

/* The library writes complaints to stderr unless it is given somewhere else. */
static void swallow(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

static bool read_text(struct doc *d, const char *text, size_t len, struct err *e)
{
	struct reading r = { .doc = d, .e = e };
	struct fy_diag_cfg quiet;
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG };
	struct fy_parser *parser;
	bool ok;

	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	quiet.output_fn = swallow;
	cfg.diag = fy_diag_create(&quiet);
	if (!cfg.diag)
		return no_memory(e);
	fy_diag_set_collect_errors(cfg.diag, true);
	parser = fy_parser_create(&cfg);
	if (!parser || fy_parser_set_string(parser, text, len) != 0)
		ok = no_memory(e);
	else
		ok = read_events(&r, parser, cfg.diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(cfg.diag);
	return ok;
}

static bool acceptable(const char *name, const char *text, size_t len, struct err *e)
{
	if (len > TEXT_LIMIT)
		return err_set(e, ERR_CONFIG, 0, "%s: over %d bytes", name, (int)TEXT_LIMIT);
	if (len > 0 && memchr(text, '\0', len))
		return err_set(e, ERR_CONFIG, 0, "%s: contains a NUL byte", name);
	if (!text_is_utf8(text, len))
		return err_set(e, ERR_CONFIG, 0, "%s: is not valid UTF-8", name);
	return true;
}

static const char *shown_name(struct doc *d, const char *name)
{
	size_t len = strlen(name);
	size_t skip = len > NAME_SHOWN ? len - NAME_SHOWN : 0;

	return copy_text(d, name + skip, len - skip);
}

struct doc *doc_parse(const char *text, size_t len, const char *name, struct err *e)
{
	struct doc *d;

	if (!acceptable(name, text, len, e))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d) {
		no_memory(e);
		return NULL;
	}
	d->name = shown_name(d, name);
	if (!d->name) {
		no_memory(e);
		doc_free(d);
		return NULL;
	}
	if (len > 0 && !read_text(d, text, len, e)) {
		doc_free(d);
		return NULL;
	}
	return d;
}

/* Reads at most TEXT_LIMIT + 1 bytes: one more than doc_parse() accepts. */
static bool read_file(int fd, char *buf, size_t *len, const char *path, struct err *e)
{
	*len = 0;
	while (*len <= TEXT_LIMIT) {
		ssize_t n = read(fd, buf + *len, TEXT_LIMIT + 1 - *len);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
		*len += (size_t)n;
	}
	return true;
}

static int open_file(const char *path, struct err *e)
{
	/* Opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		err_set(e, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_CONFIG, 0, "%s: is not a regular file", path);
		close(fd);
		return -1;
	}
	return fd;
}

struct doc *doc_load(const char *path, struct err *e)
{
	struct doc *d = NULL;
	size_t len;
	char *buf;
	int fd = open_file(path, e);

	if (fd < 0)
		return NULL;
	buf = malloc(TEXT_LIMIT + 1);
	if (!buf)
		no_memory(e);
	else if (read_file(fd, buf, &len, path, e))
		d = doc_parse(buf, len, path, e);
	free(buf);
	close(fd);
	return d;
}

void doc_free(struct doc *d)
{
	if (!d)
		return;
	while (d->blocks) {
		struct block *next = d->blocks->next;

		free(d->blocks);
		d->blocks = next;
	}
	free(d);
}

const struct doc_node *doc_root(const struct doc *d)
{
	return d->root;
}

enum doc_type doc_type(const struct doc_node *n)
{
	return n ? n->type : DOC_NONE;
}

size_t doc_count(const struct doc_node *n)
{
	return n ? n->count : 0;
}

static const struct doc_node *item(const struct doc_node *n, enum doc_type type, size_t i)
{
	return n && n->type == type && i < n->count ? n->items[i] : NULL;
}

const struct doc_node *doc_item(const struct doc_node *list, size_t i)
{
	return item(list, DOC_LIST, i);
}

const struct doc_node *doc_value(const struct doc_node *map, size_t i)
{
	return item(map, DOC_MAP, i);
}

const char *doc_key(const struct doc_node *map, size_t i)
{
	const struct doc_node *n = item(map, DOC_MAP, i);

	return n ? n->key : NULL;
}

const struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
	size_t lo = 0, hi = map && map->type == DOC_MAP ? map->count : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(key, map->sorted[mid]->key);

		if (order == 0)
			return map->sorted[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const char *doc_str(const struct doc_node *n)
{
	return n && n->type == DOC_SCALAR ? n->text : NULL;
}

const char *doc_where(const struct doc_node *n)
{
	return n ? n->where : "(absent)";
}

const char *doc_where_key(const struct doc_node *map, size_t i)
{
	const struct doc_node *n = item(map, DOC_MAP, i);

	return n ? n->key_where : "(absent)";
}

bool doc_bool(const struct doc_node *n, bool *out, struct err *e)
{
	const char *s = doc_str(n);
	bool yes = s && strcmp(s, "true") == 0;

	if (!yes && !(s && strcmp(s, "false") == 0))
		return err_set(e, ERR_CONFIG, 0, "%s: expected true or false", doc_where(n));
	*out = yes;
	return true;
}

bool doc_int(const struct doc_node *n, long min, long max, long *out, struct err *e)
{
	const char *s = doc_str(n);
	char *end = NULL;
	long v = 0;

	errno = 0;
	/* strtol() itself would skip blanks and take a plus sign. */
	if (s && (*s == '-' || (*s >= '0' && *s <= '9')))
		v = strtol(s, &end, 10);
	if (!end || end == s || *end != '\0' || errno != 0 || v < min || v > max)
		return err_set(e, ERR_CONFIG, 0, "%s: expected a whole number from %ld to %ld",
			       doc_where(n), min, max);
	*out = v;
	return true;
}
