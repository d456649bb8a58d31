/* What segments of an EDI 315 (ocean status) say, in words. Pure. */
#ifndef SECTIONS_LOAD_EDI_WORDS_H
#define SECTIONS_LOAD_EDI_WORDS_H

#include "base/buf.h"
#include "base/clock.h"
#include "sections/load/x12.h"

/* "beginning of the status"; NULL when the tag is none of a 315's. */
const char *edi_tag_name(struct cell tag);
/* "booking HLC26010440"; appends nothing for a segment that it does not know. Values are
 * as the file has them: not printable yet. */
void edi_say(struct buf *out, const struct x12_segment *);
/* The time of a date (YYMMDD or CCYYMMDD) and a time of day (HHMM…, may be NULL), of a
 * zone that the file does not tell; TIME_NONE when it is none. */
usec edi_time(struct cell date, struct cell time);
/* Appends the container of a B4: initial, number and check digit without blanks. */
void edi_container(struct buf *out, const struct x12_segment *b4);

#endif
