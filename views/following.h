/* Following on the screen: its words and marks. Pure. */
#ifndef VIEWS_FOLLOWING_H
#define VIEWS_FOLLOWING_H

#include <stdbool.h>

#include "sections/follow.h"
#include "views/desk.h"
#include "views/words.h"

/* The mark beside a section; false when it is not followed. */
bool follow_face(const struct follow *, struct face *out);
/* "every 30s, next in 24s", "every 30s, held", "ended: redshift refused us"; "" when it is
 * not followed. Without a time (TIME_NONE) nothing counts down. */
const char *follow_phrase(char out[static PHRASE_MAX], const struct follow *, usec now);
/* Of all sections of a load: "3 followed, next in 24s"; narrow: "next 24s". "" when none is. */
const char *desk_following(char out[static PHRASE_MAX], const struct desk *, usec now, bool wide,
                           enum role *role);

#endif
