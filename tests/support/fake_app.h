/* The application on a fake case, as a person uses it: keys, lines, what is shown. One
 * case for a test program. */
#ifndef TESTS_SUPPORT_FAKE_APP_H
#define TESTS_SUPPORT_FAKE_APP_H

#include <stdbool.h>

#include "tests/support/fake_case.h"

extern struct fake_case fc;

/* Names of keys, blanks between. */
void press(const char *keys);
void letters(const char *text);
/* A line behind a colon. */
void type(const char *line);
bool shows(const char *text);

/* For cmocka: the settled scene, drawn; its end. */
int open_case(void **state);
int close_case(void **state);

#endif
