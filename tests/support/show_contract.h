/* The JSON of `show`, held against docs/json.md member by member. */
#ifndef TESTS_SUPPORT_SHOW_CONTRACT_H
#define TESTS_SUPPORT_SHOW_CONTRACT_H

#include <jansson.h>
#include <stddef.h>

/* Parses the text and fails the test where it breaks the contract; `sections` ids
 * are expected in this order, NULL = all of them. The document is the caller's. */
json_t *show_contract(const char *text, size_t len, const char *const *sections, size_t n);
/* A section by its id; fails the test when there is none. */
json_t *show_section(json_t *doc, const char *id);
/* A text member of a section, "" for null. */
const char *show_text(json_t *doc, const char *id, const char *member);

#endif
