/* Screens that were looked at once: tests/screens/NAME.txt. With UPDATE_GOLDEN=1 in
 * the environment they are written instead of compared. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "base/buf.h"

/* Prints where they differ; golden_finish() fails the test if any did. */
void golden_compare(const char *name, const struct buf *actual);
void golden_finish(void);

#endif
