/* What a cell means, never how it looks: themes give roles their looks. */
#ifndef TUI_ROLE_H
#define TUI_ROLE_H

/* A style is a role plus attribute flags: ROLE_BAD | ATTR_REVERSE. The flags
 * come on top of what the theme gives the role. */
enum {
	ROLE_MASK      = 0xff,
	ATTR_REVERSE   = 0x100,
	ATTR_BOLD      = 0x200,
	ATTR_UNDERLINE = 0x400,
	ATTR_MASK      = 0x700,
};

/* One list gives the enum, the word in a theme file, the letter in role dumps,
 * the look without colours (which a theme may change) and the docs.
 * X(NAME, word, letter, mono attributes, what it is for) */
#define ROLES(X) \
	X(TEXT,        "text",        '.', 0,              "plain text") \
	X(STRONG,      "strong",      's', ATTR_BOLD,      "titles") \
	X(DIM,         "dim",         'd', 0,              "fine states, rules, ages, hints") \
	X(FOCUS,       "focus",       'f', ATTR_REVERSE,   "the selected row, the open section") \
	X(ACCENT,      "accent",      'a', ATTR_UNDERLINE, "keys, links, running fetches") \
	X(ATTENTION,   "attention",   'w', ATTR_BOLD,      "stale, partial, doubtful") \
	X(BAD,         "bad",         'b', ATTR_REVERSE,   "failed, timed out, denied, problems") \
	X(FALLBACK,    "fallback",    'p', ATTR_UNDERLINE, "answered by another source; provenance") \
	X(BADGE,       "badge",       'm', ATTR_REVERSE,   "DEMO, MASKED, notes of agents") \
	X(TOKEN,       "token",       't', ATTR_REVERSE,   "a byte that cannot be shown as it is") \
	X(KEY,         "key",         'k', 0,              "key of a tree") \
	X(STRING,      "string",      'q', 0,              "text value of a tree") \
	X(NUMBER,      "number",      'n', 0,              "number, true, false, null in a tree") \
	X(DIFF_ADD,    "diff_add",    'i', 0,              "added; a + is printed as well") \
	X(DIFF_DEL,    "diff_del",    'x', 0,              "removed; a - is printed as well") \
	X(DIFF_CHANGE, "diff_change", 'c', 0,              "changed; a ~ is printed as well")

enum role {
#define X(name, word, letter, mono, use) ROLE_##name,
	ROLES(X)
#undef X
	ROLE_COUNT
};

#endif
