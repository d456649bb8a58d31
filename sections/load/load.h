/* The load workspace: what is shared between its sections. */
#ifndef SECTIONS_LOAD_LOAD_H
#define SECTIONS_LOAD_LOAD_H

#include <stdbool.h>

#include "base/err.h"
#include "sections/facts.h"
#include "sections/section.h"

extern const struct section_def section_load;           /* metadata.c */
extern const struct section_def section_network;
extern const struct section_def section_creation;
extern const struct section_def section_carrier_files;
extern const struct section_def section_callbacks;
extern const struct section_def section_ocean_events;
extern const struct section_def section_logs;
/* On demand. */
extern const struct section_def section_similar;
extern const struct section_def section_edi_files;
extern const struct section_def section_edi_315;
extern const struct section_def section_carrier_original;
extern const struct section_def section_ocean_config;
extern const struct section_def section_jt_history;
extern const struct section_def section_ocean_trace;
extern const struct section_def section_cases;
extern const struct section_def section_issues;
extern const struct section_def section_documents;
extern const struct section_def section_code;           /* documents.c */
extern const struct section_def section_code_graph;
extern const struct section_def section_chats;
extern const struct section_def section_explain;

enum { LOAD_SOURCES = 21 };
extern const struct source_def load_sources[LOAD_SOURCES];
extern const char *const load_secret_env[];

extern const char *const load_subject_facts[];

/* identify.c: from what was typed to facts, and from facts to the window. */
bool load_identify(const char *typed, struct facts *, struct err *);
void load_window(const struct facts *, usec now, struct window *);
enum container_check { CONTAINER_NOT, CONTAINER_WRONG_DIGIT, CONTAINER_VALID };
enum container_check container_check(const char *text);

/* Sections that follow others. */
extern const char *const after_nothing[];
extern const char *const after_load[];
extern const char *const after_network[];

/* The steps of who keeps the services' logs: 30 days, then the archives until the 180th. */
#define LOG_STORES(query_, needs_) \
	{ .source = "signoz", .query = query_, .needs = needs_, .age_to = 30, .shrink = true, \
	  .authority = true }, \
	{ .source = "athena", .query = query_, .needs = needs_, .age_from = 30, .age_to = 180, \
	  .chunk_days = 7, .authority = true }, \
	{ .source = "trino", .query = query_, .needs = needs_, .age_from = 30, .age_to = 180, \
	  .chunk_days = 7, .authority = true }

/* Why a section that needs a tracking id cannot be asked; false when it is known. */
bool skip_without_load(const struct facts *, char reason[static REASON_MAX]);
/* The same, and that it does not go by sea. */
bool skip_unless_ocean(const struct facts *, char reason[static REASON_MAX]);
/* Why a section that is asked about an error cannot be asked about the load as a whole. */
bool skip_without_error(const struct facts *, const char *fact, char reason[static REASON_MAX]);
/* Why a carrier's file is not looked for: neither of these facts says which day it came. */
bool skip_without_days(const struct facts *, const char *received, const char *processed,
		       char reason[static REASON_MAX]);
/* The load is carried by sea as far as is known: mode, container. */
enum ocean { OCEAN_UNKNOWN, OCEAN_NO, OCEAN_YES };
enum ocean load_is_ocean(const struct facts *);

#endif
