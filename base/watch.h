/* Tells when files are replaced, written or removed. The kernel says so through one
 * descriptor, so that waiting costs nothing. */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdbool.h>

enum { WATCH_FILES = 3, WATCH_NAME = 256 };

struct watch {
	int fd;                  /* for poll(); -1 = nothing is watched */
	struct {
		int folder;      /* the kernel's number of its folder; -1 = none */
		char name[WATCH_NAME];
	} files[WATCH_FILES];
};

void watch_init(struct watch *);
void watch_release(struct watch *);
/* The file at `path` takes that place, whether it exists or not; NULL: none does.
 * What cannot be watched, as in a folder that is not there, never changes. */
void watch_file(struct watch *, unsigned place, const char *path);
/* Takes what the kernel has to say; a bit per place whose file changed. */
unsigned watch_changed(struct watch *);

#endif
