#include "tui/theme.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_COLOUR = -1, COLOURS_16 = 16, COLOURS_256 = 256 };

static const struct {
	const char *word;
	unsigned mono;
} roles[ROLE_COUNT] = {
#define X(name, text, letter, attrs, use) [ROLE_##name] = { text, attrs },
	ROLES(X)
#undef X
};

static const struct {
	const char *word;
	unsigned attrs;
} attributes[] = {
	{ "normal", 0 },
	{ "bold", ATTR_BOLD },
	{ "underline", ATTR_UNDERLINE },
	{ "reverse", ATTR_REVERSE },
};

static const char *const colours[8] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
};

static const char *const depths[THEME_DEPTH_COUNT] = { "mono", "16", "256" };

void theme_init(struct theme *t)
{
	t->ascii = t->whole_rows = false;
	for (size_t r = 0; r < ROLE_COUNT; r++)
		for (int d = 0; d < THEME_DEPTH_COUNT; d++)
			for (int light = 0; light < 2; light++)
				t->looks[r][d][light] = (struct look){ roles[r].mono, DEFAULT_COLOUR };
}

/* --- words --- */

static bool add_attribute(struct look *look, const char *word)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (strcmp(word, attributes[i].word) == 0) {
			look->attrs |= attributes[i].attrs;
			return true;
		}
	return false;
}

static bool named_colour(const char *word, short *out)
{
	bool bright = strncmp(word, "bright_", 7) == 0;

	if (strcmp(word, "default") == 0) {
		*out = DEFAULT_COLOUR;
		return true;
	}
	for (short i = 0; i < 8; i++)
		if (strcmp(word + (bright ? 7 : 0), colours[i]) == 0) {
			*out = (short)(i + (bright ? 8 : 0));
			return true;
		}
	return false;
}

static bool numbered_colour(const char *word, short *out)
{
	char *end;
	long n;

	if (*word < '0' || *word > '9')
		return false;
	n = strtol(word, &end, 10);
	if (*end || n >= COLOURS_256)
		return false;
	*out = (short)n;
	return true;
}

static bool is_number(const struct doc_node *n)
{
	short colour;

	return doc_type(n) == DOC_SCALAR && numbered_colour(doc_str(n), &colour);
}

/* --- looks --- */

/* One word of a look that is rich enough for it. */
static bool read_word(const struct doc_node *n, enum theme_depth depth, struct look *look,
                      struct err *e)
{
	const char *word = doc_str(n);

	if (!word)
		return err_set(e, ERR_CONFIG, 0, "%s: a look is a word or a list of words", doc_where(n));
	if (add_attribute(look, word))
		return true;
	if (depth == THEME_MONO)
		return err_set(e, ERR_CONFIG, 0, "%s: unknown attribute \"%s\" (normal, bold, underline, "
		               "reverse)", doc_where(n), word);
	if (depth == THEME_16 ? named_colour(word, &look->colour)
	                      : strcmp(word, "default") == 0 || numbered_colour(word, &look->colour))
		return true;
	return err_set(e, ERR_CONFIG, 0, "%s: unknown attribute or colour \"%s\" (%s)", doc_where(n), word,
	               depth == THEME_16 ? "black .. white, bright_*, default" : "0 to 255, default");
}

/* In a list for 256 colours a second number is the one for light backgrounds. */
static bool read_look(const struct doc_node *n, enum theme_depth depth, struct look out[2],
                      struct err *e)
{
	int numbers = 0;

	out[0] = out[1] = (struct look){ 0, DEFAULT_COLOUR };
	if (doc_type(n) != DOC_LIST) {
		if (!read_word(n, depth, &out[0], e))
			return false;
		out[1] = out[0];
		return true;
	}
	for (size_t i = 0; i < doc_count(n); i++) {
		const struct doc_node *item = doc_item(n, i);

		numbers += is_number(item);
		if (numbers > 2)
			return err_set(e, ERR_CONFIG, 0, "%s: two colours at most, dark and light",
			               doc_where(item));
		if (!(is_number(item) && numbers == 2) && !read_word(item, depth, &out[0], e))
			return false;
		if (!read_word(item, depth, &out[1], e))
			return false;
	}
	return true;
}

static bool depth_of(const char *key, enum theme_depth *out)
{
	for (int d = 0; d < THEME_DEPTH_COUNT; d++)
		if (strcmp(key, depths[d]) == 0) {
			*out = (enum theme_depth)d;
			return true;
		}
	return false;
}

/* What is given for one depth also holds for the richer ones. */
static bool read_role(const struct doc_node *map, struct look looks[THEME_DEPTH_COUNT][2],
                      struct err *e)
{
	bool given[THEME_DEPTH_COUNT] = { false };
	enum theme_depth depth;

	if (doc_type(map) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: a role is a map of mono, 16 and 256", doc_where(map));
	for (size_t i = 0; i < doc_count(map); i++) {
		if (!depth_of(doc_key(map, i), &depth))
			return err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\" (mono, 16, 256)",
			               doc_where_key(map, i), doc_key(map, i));
		if (!read_look(doc_value(map, i), depth, looks[depth], e))
			return false;
		given[depth] = true;
	}
	for (int d = THEME_16; d < THEME_DEPTH_COUNT; d++)
		if (!given[d])
			memcpy(looks[d], looks[d - 1], sizeof(looks[d]));
	return true;
}

static bool read_roles(struct theme *t, const struct doc_node *map, struct err *e)
{
	if (doc_type(map) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: roles is a map", doc_where(map));
	for (size_t i = 0; i < doc_count(map); i++) {
		size_t r = 0;

		while (r < ROLE_COUNT && strcmp(roles[r].word, doc_key(map, i)) != 0)
			r++;
		if (r == ROLE_COUNT)
			return err_set(e, ERR_CONFIG, 0, "%s: unknown role \"%s\"", doc_where_key(map, i),
			               doc_key(map, i));
		if (!read_role(doc_value(map, i), t->looks[r], e))
			return false;
	}
	return true;
}

static bool read_glyphs(struct theme *t, const struct doc_node *n, struct err *e)
{
	const char *word = doc_str(n);

	if (!word || (strcmp(word, "utf8") != 0 && strcmp(word, "ascii") != 0))
		return err_set(e, ERR_CONFIG, 0, "%s: glyphs is utf8 or ascii", doc_where(n));
	t->ascii = strcmp(word, "ascii") == 0;
	return true;
}

static bool read_selection(struct theme *t, const struct doc_node *n, struct err *e)
{
	const char *word = doc_str(n);

	if (!word || (strcmp(word, "mark") != 0 && strcmp(word, "row") != 0))
		return err_set(e, ERR_CONFIG, 0, "%s: selection is mark or row", doc_where(n));
	t->whole_rows = strcmp(word, "row") == 0;
	return true;
}

bool theme_read(struct theme *t, const struct doc_node *root, struct err *e)
{
	struct theme read;

	theme_init(&read);
	if (doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: a theme is a map of roles and glyphs",
		               root ? doc_where(root) : "theme");
	for (size_t i = 0; i < doc_count(root); i++) {
		const struct doc_node *value = doc_value(root, i);
		const char *key = doc_key(root, i);

		if (strcmp(key, "roles") == 0 ? !read_roles(&read, value, e)
		    : strcmp(key, "glyphs") == 0 ? !read_glyphs(&read, value, e)
		    : strcmp(key, "selection") == 0 ? !read_selection(&read, value, e)
		    : !err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\" (roles, glyphs, selection)",
		               doc_where_key(root, i), key))
			return false;
	}
	*t = read;
	return true;
}

bool theme_parse(struct theme *t, const char *text, size_t len, const char *name, struct err *e)
{
	struct doc *doc = doc_parse(text, len, name, e);
	bool ok = doc && theme_read(t, doc_root(doc), e);

	doc_free(doc);
	return ok;
}

/* --- what the terminal allows --- */

/* Terminals whose font or wiring lacks the glyphs. */
static bool is_plain_terminal(const char *term)
{
	static const char *const names[] = { "linux", "dumb", "ansi", "cons25", "sun" };

	if (!term || strncmp(term, "vt", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(term, names[i], n) == 0 && (term[n] == '\0' || term[n] == '-'))
			return true;
	}
	return false;
}

/* "15;0" or "15;default;0": the last part is the background; 7 and 9 to 15 are
 * bright ones. */
static bool is_light(const char *colorfgbg)
{
	const char *last = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
	short n;

	return last && numbered_colour(last + 1, &n) && (n == 7 || (n >= 9 && n <= 15));
}

struct theme_mode theme_mode(const struct theme_env *env)
{
	struct theme_mode mode = {
		.light = env->light == THEME_LIGHT || (env->light == THEME_AUTO && is_light(env->colorfgbg)),
		.ascii = is_plain_terminal(env->term),
		.colours = (short)(env->colours < COLOURS_256 ? env->colours : COLOURS_256),
	};

	if ((env->no_color && *env->no_color) || env->colours < 8)
		mode.depth = THEME_MONO;
	else
		mode.depth = env->colours < COLOURS_256 ? THEME_16 : THEME_256;
	return mode;
}

struct look theme_look(const struct theme *t, unsigned style, const struct theme_mode *mode)
{
	size_t role = style & ROLE_MASK;
	struct look look = t->looks[role < ROLE_COUNT ? role : ROLE_TEXT][mode->depth][mode->light];

	look.attrs |= style & ATTR_MASK;
	if (mode->depth == THEME_16 && mode->colours < COLOURS_16 && look.colour >= 8)
		look.colour = (short)(look.colour - 8);
	return look;
}
