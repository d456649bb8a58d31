/* What is typed: every code point is a key that can be named and read again, and a line
 * of input stays valid text, whatever keys and pastes it gets. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/keys.h"
#include "tui/prompt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_name(struct key k)
{
	char name[KEY_NAME_MAX];
	struct key back;

	if (k.code == K_NONE)
		return;
	key_text(name, k);
	require(strlen(name) < KEY_NAME_MAX);
	require(key_parse(name, strlen(name), &back) && key_eq(k, back));
}

static void check_prompt(const struct prompt *p)
{
	require(p->len < PROMPT_MAX && p->cursor <= p->len && p->text[p->len] == '\0');
	require(strlen(p->text) == p->len && text_is_utf8(p->text, p->len));
	require(text_is_utf8(p->text, p->cursor));
	for (size_t i = 0; i < p->len; i++)
		require((unsigned char)p->text[i] >= 0x20 && p->text[i] != 0x7f);
}

static uint32_t take(const uint8_t **p, const uint8_t *end, int bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0 && *p < end)
		v = v << 8 | *(*p)++;
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *end = data + size;
	struct prompt prompt;
	struct key named;

	if (key_parse((const char *)data, size, &named))
		check_name(named);
	prompt_init(&prompt, "fuzz", NULL);
	while (p < end) {
		unsigned what = *p++;
		struct key k;

		if (what < 4) {
			size_t n = take(&p, end, 1);

			n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
			prompt_paste(&prompt, (const char *)p, n);
			p += n;
		} else {
			k = what < 64 ? (struct key){ what % K_COUNT, 'A' } : what < 128 ?
			    key_from_rune(take(&p, end, 3)) : key_from_rune(what & 0x7f);
			if (k.code == K_RUNE || k.code == K_CTRL)
				check_name(k);
			prompt_key(&prompt, k);
		}
		check_prompt(&prompt);
	}
	return 0;
}
