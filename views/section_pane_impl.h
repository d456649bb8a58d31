/* Inside a section's pane: what section_pane.c (model, life, keys) and section_draw.c (its
 * looks) share. Nobody else includes this. */
#ifndef VIEWS_SECTION_PANE_IMPL_H
#define VIEWS_SECTION_PANE_IMPL_H

#include "tui/table.h"
#include "views/app.h"
#include "views/finder.h"
#include "views/records.h"

enum { SUMMARY_MAX = 200 };

struct section_pane {
	struct view v;
	struct table table;
	struct table_column columns[TABLE_COLUMNS_MAX];
	unsigned char source[TABLE_COLUMNS_MAX];   /* column of the section */
	int ncolumns;
	struct records records;
	struct finder finder;
	char summary[SUMMARY_MAX];
	int head;                    /* lines above the table: title and sentence */
	char about[ABOUT_MAX];       /* what the rows were asked about */
	bool begun;                  /* the user chose a row of them, or it was chosen for him */
};

static inline const struct section *section_of(const struct section_pane *p)
{
	return app_section(p->v.app, p->v.section);
}

/* Rows of the table are places in the view; all else speaks of rows of the section. */
static inline size_t row_of(const struct section_pane *p, size_t place)
{
	return finder_row(&p->finder, place);
}

static inline const struct section_pane *pane(const struct view *v)
{
	return (const struct section_pane *)v;
}

/* What was typed fits several: they are to be chosen from. */
static inline bool are_candidates(const struct section_pane *p)
{
	return p->v.section == 0 && p->records.n > 1;
}

/* section_pane.c: '!', '?' or '\0'. */
char section_pane_mark(const void *pane, size_t place);

/* section_draw.c */
void section_pane_place(struct view *, int w, int h);
void section_pane_draw(const struct view *, struct canvas *, struct rect, bool focused);
bool section_pane_has_detail(const struct view *);
void section_pane_detail(const struct view *, struct canvas *, struct rect rule, struct rect);

#endif
