/* The terms of a filter: row_filter_parse.c reads them, row_filter.c asks them. */
#ifndef VIEWS_ROW_FILTER_TERMS_H
#define VIEWS_ROW_FILTER_TERMS_H

#include "base/needle.h"
#include "base/regex.h"
#include "views/row_filter.h"

enum { FILTER_TERMS = 16, FILTER_TEXT = 1024, ANY_COLUMN = -1 };

enum filter_op { FILTER_HAS, FILTER_MATCHES, FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT,
                 FILTER_GE, FILTER_WITHIN };

/* A time as typed: "07:00" is a minute of any day, a date a whole day. */
struct filter_span {
	usec from, to;           /* [from, to); TIME_NONE = open */
	bool of_day;             /* since midnight */
	bool absolute;           /* with a zone of its own; else as times are shown */
};

struct filter_term {
	enum filter_op op;
	int column;
	bool inverse;
	struct needle needle;    /* the value as typed; in text of the filter */
	bool like_time;          /* the needle may be a part of a time as it is shown */
	struct regex *regex;
	bool numeric;
	double number;
	bool timed;
	struct filter_span span;
};

struct row_filter {
	const struct column_def *columns;
	size_t ncolumns;
	struct filter_term terms[FILTER_TERMS];
	size_t n;
	bool inverse;
	char text[FILTER_TEXT];
};

/* A cell or a value as a number; false when it is none from end to end. */
bool filter_number(const char *in, size_t len, double *out);

#endif
