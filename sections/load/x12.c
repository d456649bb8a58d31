#include "sections/load/x12.h"

#include <string.h>

enum { ISA_ELEMENTS = 16 };

static void skip_blanks(struct x12_reader *r)
{
	while (r->at < r->end && (*r->at == '\r' || *r->at == '\n' || *r->at == ' ' || *r->at == '\t'))
		r->at++;
}

static bool at_isa(const struct x12_reader *r)
{
	return r->end - r->at > 3 && memcmp(r->at, "ISA", 3) == 0;
}

void x12_begin(struct x12_reader *r, const char *data, size_t len)
{
	*r = (struct x12_reader){ .at = data, .end = data + len, .element = '*', .component = ':',
				  .terminator = '~' };
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		r->at += 3;
}

bool x12_is(const char *data, size_t len)
{
	struct x12_reader r;

	x12_begin(&r, data, len);
	skip_blanks(&r);
	return at_isa(&r);
}

static bool can_part(char c)
{
	return !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
}

/* The elements have fixed lengths, so that these are its bytes 4, 105 and 106; but some who
 * write them do not count. The one character behind the 16th separator parts components,
 * the next ends the segment. */
static bool read_characters(struct x12_reader *r)
{
	const char element = r->at[3], *s = r->at + 3;
	size_t found = 1;

	while (found < ISA_ELEMENTS && ++s < r->end && *s != '\n')
		found += *s == element;
	if (found < ISA_ELEMENTS || r->end - s < 3 || !can_part(element) || !can_part(s[1]) ||
	    !can_part(s[2]) || s[1] == element || s[2] == element || s[1] == s[2])
		return false;
	r->element = element;
	r->component = s[1];
	/* A line end of two characters ends it by its second. */
	r->terminator = s[2] == '\r' && r->end - s > 3 && s[3] == '\n' ? '\n' : s[2];
	r->declared = true;
	return true;
}

bool x12_next(struct x12_reader *r, struct x12_segment *s)
{
	const char *end;

	skip_blanks(r);
	if (r->at == r->end)
		return false;
	*s = (struct x12_segment){ .misread = at_isa(r) && !read_characters(r) };
	s->element = r->element;
	end = memchr(r->at, r->terminator, (size_t)(r->end - r->at));
	s->ended = end != NULL;
	s->text = (struct cell){ r->at, (size_t)((end ? end : r->end) - r->at) };
	r->at = end ? end + 1 : r->end;
	while (s->text.len > 0 && (s->text.data[s->text.len - 1] == '\r' ||
				   s->text.data[s->text.len - 1] == '\n'))
		s->text.len--;
	s->tag = s->text;
	end = memchr(s->text.data, r->element, s->text.len);
	if (end)
		s->tag.len = (size_t)(end - s->text.data);
	return true;
}

struct cell x12_element(const struct x12_segment *s, size_t n)
{
	struct cell rest = s->text;

	for (; n > 0; n--) {
		const char *at = memchr(rest.data, s->element, rest.len);

		if (!at)
			return CELL_NULL;
		rest.len -= (size_t)(at + 1 - rest.data);
		rest.data = at + 1;
	}
	const char *stop = memchr(rest.data, s->element, rest.len);

	if (stop)
		rest.len = (size_t)(stop - rest.data);
	while (rest.len > 0 && rest.data[rest.len - 1] == ' ')
		rest.len--;
	return rest.len > 0 ? rest : CELL_NULL;
}
