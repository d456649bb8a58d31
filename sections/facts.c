#include "sections/facts.h"

#include <stdlib.h>
#include <string.h>

static struct fact *find(const struct facts *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->items[i].name, name) == 0)
			return &f->items[i];
	return NULL;
}

void facts_clear(struct facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->items[i].value);
	f->n = 0;
}

void facts_release(struct facts *f)
{
	facts_clear(f);
	free(f->items);
	*f = (struct facts)FACTS_INIT;
}

static void forget(struct facts *f, const char *name)
{
	struct fact *found = find(f, name);

	if (!found)
		return;
	free(found->value);
	f->n--;
	memmove(found, found + 1, (size_t)(f->items + f->n - found) * sizeof(*found));
}

/* The table is small: it has its full size from the start. */
static struct fact *add(struct facts *f, const char *name)
{
	struct fact *fact;

	if (strlen(name) >= FACT_NAME_MAX || f->n == FACTS_MAX)
		return NULL;
	if (!f->items)
		f->items = calloc(FACTS_MAX, sizeof(*f->items));
	if (!f->items)
		return NULL;
	fact = &f->items[f->n++];
	memcpy(fact->name, name, strlen(name) + 1);
	fact->value = NULL;
	return fact;
}

/* Not strndup(): a cell has no NUL behind it, and a strict checker reads on for one. */
static char *copy_of(struct cell c)
{
	char *copy = malloc(c.len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, c.data, c.len);
	copy[c.len] = '\0';
	return copy;
}

bool facts_set_cell(struct facts *f, const char *name, struct cell value, const char *from)
{
	struct fact *fact;
	char *copy;

	if (cell_is_null(value) || value.len == 0) {
		forget(f, name);
		return true;
	}
	copy = copy_of(value);
	if (!copy)
		return false;
	fact = find(f, name);
	if (!fact)
		fact = add(f, name);
	if (!fact) {
		free(copy);
		return false;
	}
	free(fact->value);
	fact->value = copy;
	fact->from = from;
	return true;
}

bool facts_set(struct facts *f, const char *name, const char *value, const char *from)
{
	return facts_set_cell(f, name, cell_of(value), from);
}

const char *facts_get(const struct facts *f, const char *name)
{
	const struct fact *fact = find(f, name);

	return fact ? fact->value : NULL;
}

usec facts_time(const struct facts *f, const char *name)
{
	const char *value = facts_get(f, name);
	usec t;

	if (!value || !time_parse(value, strlen(value), &t))
		return TIME_NONE;
	return t;
}
