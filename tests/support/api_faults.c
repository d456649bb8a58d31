#include "tests/support/api_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; enum api_mode mode; } modes[] = {
	{ "slow", API_MODE_SLOW }, { "drop", API_MODE_DROP }, { "cut", API_MODE_CUT },
	{ "length", API_MODE_LENGTH }, { "redirect", API_MODE_REDIRECT },
	{ "html", API_MODE_HTML }, { "malformed", API_MODE_MALFORMED },
	{ "pages", API_MODE_PAGES }, { "same-page", API_MODE_SAME_PAGE },
	{ "echo", API_MODE_ECHO }, { "skew", API_MODE_SKEW },
};

void api_faults_init(struct api_faults *all)
{
	*all = (struct api_faults){ .skew = 0 };
	pthread_mutex_init(&all->lock, NULL);
}

void api_faults_release(struct api_faults *all)
{
	for (size_t i = 0; i < API_FAULTS; i++)
		free(all->items[i].body);
	pthread_mutex_destroy(&all->lock);
}

static struct api_fault *slot_for(struct api_faults *all, const char *path)
{
	struct api_fault *empty = NULL;

	for (size_t i = 0; i < API_FAULTS; i++) {
		if (all->items[i].mode == API_MODE_NONE)
			empty = empty ? empty : &all->items[i];
		else if (strcmp(all->items[i].path, path) == 0)
			return &all->items[i];
	}
	return empty;
}

/* Takes over the body. */
static bool put(struct api_faults *all, const char *path, struct api_fault f)
{
	struct api_fault *slot;

	snprintf(f.path, sizeof(f.path), "%s", path);
	pthread_mutex_lock(&all->lock);
	slot = slot_for(all, path);
	if (slot) {
		free(slot->body);
		*slot = f;
	}
	pthread_mutex_unlock(&all->lock);
	if (!slot)
		free(f.body);
	return slot;
}

static enum api_mode find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return modes[i].mode;
	return strtol(name, NULL, 10) >= 400 ? API_MODE_STATUS : API_MODE_NONE;
}

static void set_skew(struct api_faults *all, usec skew)
{
	pthread_mutex_lock(&all->lock);
	all->skew = skew;
	pthread_mutex_unlock(&all->lock);
}

usec api_faults_skew(struct api_faults *all)
{
	usec skew;

	pthread_mutex_lock(&all->lock);
	skew = all->skew;
	pthread_mutex_unlock(&all->lock);
	return skew;
}

bool api_faults_set(struct api_faults *all, const char *path, const char *spec)
{
	struct api_fault f = { .left = -1 };
	char text[API_ARG_MAX], *count, *arg;

	snprintf(text, sizeof(text), "%s", spec ? spec : "");
	count = strrchr(text, '*');
	if (count) {
		*count = '\0';
		f.left = strtol(count + 1, NULL, 10);
	}
	arg = strchr(text, ':');
	if (arg) {
		*arg = '\0';
		snprintf(f.arg, sizeof(f.arg), "%s", arg + 1);
	}
	f.mode = find_mode(text);
	f.status = (unsigned)strtol(text, NULL, 10);
	if (spec && f.mode == API_MODE_NONE)
		return false;
	if (f.mode != API_MODE_SKEW)
		return put(all, path, f);
	set_skew(all, strtol(f.arg, NULL, 10) * USEC_SEC);
	return true;
}

bool api_faults_answer(struct api_faults *all, const char *path, unsigned status,
		       const char *content_type, const char *body, size_t len)
{
	struct api_fault f = { .mode = body ? API_MODE_ANSWER : API_MODE_NONE,
			       .status = status, .left = -1, .len = len };

	if (body) {
		f.body = malloc(len + 1);
		if (!f.body)
			return false;
		memcpy(f.body, body, len);
		snprintf(f.arg, sizeof(f.arg), "%s", content_type);
	}
	return put(all, path, f);
}

static bool befalls(const struct api_fault *f, const char *path)
{
	return f->mode != API_MODE_NONE && f->left != 0 &&
	       strncmp(path, f->path, strlen(f->path)) == 0;
}

struct api_fault api_faults_next(struct api_faults *all, const char *path)
{
	struct api_fault out = { .mode = API_MODE_NONE }, *f = all->items;

	pthread_mutex_lock(&all->lock);
	while (f < all->items + API_FAULTS && !befalls(f, path))
		f++;
	if (f < all->items + API_FAULTS) {
		f->left -= f->left > 0;
		out = *f;
		out.body = f->body ? malloc(f->len + 1) : NULL;
		if (out.body)
			memcpy(out.body, f->body, f->len);
	}
	pthread_mutex_unlock(&all->lock);
	return out;
}
