#include "base/watch.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Editors write in place, or beside and rename. */
enum { CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE };

void watch_init(struct watch *w)
{
	*w = (struct watch){ .fd = -1 };
	for (unsigned i = 0; i < WATCH_FILES; i++)
		w->files[i].folder = -1;
}

void watch_release(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	watch_init(w);
}

static bool shared(const struct watch *w, unsigned place)
{
	for (unsigned i = 0; i < WATCH_FILES; i++)
		if (i != place && w->files[i].folder == w->files[place].folder)
			return true;
	return false;
}

static void forget(struct watch *w, unsigned place)
{
	if (w->files[place].folder >= 0 && !shared(w, place))
		inotify_rm_watch(w->fd, w->files[place].folder);
	w->files[place].folder = -1;
}

void watch_file(struct watch *w, unsigned place, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;
	char folder[PATH_MAX] = ".";

	if (place >= WATCH_FILES)
		return;
	forget(w, place);
	if (!path || strlen(path) >= sizeof folder || strlen(name) >= WATCH_NAME)
		return;
	if (w->fd < 0)
		w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (slash)
		snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
	snprintf(w->files[place].name, WATCH_NAME, "%s", name);
	if (w->fd >= 0)
		w->files[place].folder = inotify_add_watch(w->fd, folder, CHANGES);
}

static unsigned places_of(const struct watch *w, const struct inotify_event *event)
{
	unsigned places = 0;

	for (unsigned i = 0; i < WATCH_FILES; i++) {
		/* Too many changes at once: any file may be among them. */
		bool lost = event->mask & IN_Q_OVERFLOW && w->files[i].folder >= 0;

		if (lost || (w->files[i].folder == event->wd && event->len > 0 &&
		             strcmp(event->name, w->files[i].name) == 0))
			places |= 1u << i;
	}
	return places;
}

unsigned watch_changed(struct watch *w)
{
	_Alignas(struct inotify_event) char events[4096];
	unsigned places = 0;
	ssize_t n;

	while (w->fd >= 0 && (n = read(w->fd, events, sizeof events)) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(events + at);

			places |= places_of(w, event);
			at += (ssize_t)(sizeof *event + event->len);
		}
	}
	return places;
}
