/* Values inside a longer text of an endpoint mapping: the query languages of search
 * services (JQL, CQL, SOQL, GitHub's and Slack's) have no parameters, so ":name:FORM"
 * becomes a literal here. Whatever a value holds, it stays one literal: never an
 * operator, a qualifier or the end of its quotes. Pure.
 *
 *   soql      'it\'s'          a string of SOQL; refused with a control character in it
 *   quoted    "a \"b\""        a string of JQL or CQL, to compare with
 *   phrase    "\"some words\"" what JQL's and CQL's ~ finds as these words in this order
 *   words     "some words"     what ~ finds as words in any order: up to 8, first those
 *                              without digits, which change from one error to the next
 *   exact     "some words"     a phrase of GitHub or Slack
 *   constant  "some words"     the same of the longest part that looks as if it stood so
 *                              in a program: words of letters, nothing quoted, no numbers
 *   int       42               a whole number
 *   date      2026-01-23       the day of a time
 *
 * Searched texts are cut to their first 100 characters, at a word's end. A ":" behind a
 * letter or a digit begins nothing: "org:acme" and "10:20:30" stay as they are. */
#ifndef CLIENTS_REST_LITERAL_H
#define CLIENTS_REST_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

enum { REST_SEARCHED_MAX = 100, REST_WORDS_MAX = 8 };

/* Whether the text holds a literal. ERR_CONFIG into *e for a form that does not exist. */
bool rest_literal_has(const char *text, bool *has, struct err *);

/* The text with its literals. ERR_CONFIG for a parameter that is not bound, has no value,
 * or leaves nothing to search for. */
bool rest_literal_expand(struct buf *out, const char *text, const struct query *, struct err *);

#endif
