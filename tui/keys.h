/* Keys as people name them: "j", "^D", "Enter", "S-Tab", "Space". */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, name) */
#define KEYS(X) \
	X(ENTER, "Enter") X(ESC, "Esc") X(TAB, "Tab") X(BACKTAB, "S-Tab") X(BACKSPACE, "Backspace") \
	X(UP, "Up") X(DOWN, "Down") X(LEFT, "Left") X(RIGHT, "Right") \
	X(HOME, "Home") X(END, "End") X(PAGE_UP, "PgUp") X(PAGE_DOWN, "PgDn") \
	X(INSERT, "Ins") X(DELETE, "Del") \
	X(F1, "F1") X(F2, "F2") X(F3, "F3") X(F4, "F4") X(F5, "F5") X(F6, "F6") \
	X(F7, "F7") X(F8, "F8") X(F9, "F9") X(F10, "F10") X(F11, "F11") X(F12, "F12")

enum key_code {
	K_NONE,  /* nothing that we know */
	K_RUNE,  /* a printable character: rune */
	K_CTRL,  /* ^A .. ^Z, ^@ [ \ ] ^ _: rune is the character after the ^ */
#define X(name, text) K_##name,
	KEYS(X)
#undef X
	K_COUNT
};

struct key {
	enum key_code code;
	uint32_t rune;
};

static inline struct key key_rune(uint32_t rune) { return (struct key){ K_RUNE, rune }; }
static inline struct key key_ctrl(char c) { return (struct key){ K_CTRL, (unsigned char)c }; }
static inline bool key_eq(struct key a, struct key b)
{
	return a.code == b.code && ((a.code != K_RUNE && a.code != K_CTRL) || a.rune == b.rune);
}
/* True when key_parse(name) gives that key: key_is(k, "^D"). */
bool key_is(struct key, const char *name);

/* The key that a terminal means by one code point: CR and LF are Enter, 0x08 and
 * 0x7f Backspace; C1 and what is not a code point are K_NONE. */
struct key key_from_rune(uint32_t rune);

enum { KEY_NAME_MAX = 16 };
const char *key_text(char out[static KEY_NAME_MAX], struct key);
/* Reads one name; false when it is none. */
bool key_parse(const char *name, size_t len, struct key *out);

/* The UTF-8 form of a K_RUNE; returns its length, 0 for other keys. */
size_t key_utf8(struct key, char out[static 4]);

#endif
