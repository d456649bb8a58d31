/* Every pane against the screens in tests/screens: what the canvas holds after
 * scripted keys, at each size. UPDATE_GOLDEN=1 writes them anew; look at the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/fake_case.h"
#include "tests/support/golden.h"
#include "tests/support/screens.h"

struct screen {
	const char *name, *scene;
	const char *keys;
	unsigned sizes;
};

static const struct screen screens[] = {
	{ "overview", "settled", "", EVERY | NARROW | TINY | SPECK },
	{ "load", "settled", "1", EVERY },
	{ "callbacks", "settled", "5 j j", EVERY | NARROW },
	{ "columns", "settled", "5 l l", SMALL },
	{ "search", "settled", "5 j / 'failed' Enter n", EVERY },
	{ "searching", "settled", "5 / '/^5[0-9]+'", EVERY },
	{ "search-nothing", "settled", "5 / 'nowhere' Enter", SMALL },
	{ "filter", "settled", "5 j & 'http>=400' Enter", EVERY | NARROW },
	{ "filtering", "settled", "5 & 'result:fail frob='", EVERY },
	{ "filter-nothing", "settled", "5 & 'nowhere' Enter", SMALL },
	{ "filter-left", "settled", "5 & 'http>=400' Enter Esc", SMALL },
	{ "sort", "settled", "5 l l l o o", EVERY },
	{ "sort-command", "settled", "5 : 'sort -http' Enter : 'filter !result:ok' Enter / '4' Enter", SMALL | ROLES },
	{ "filter-problem", "settled", "5 & 'http>=400' Enter e", SMALL },
	{ "files", "settled", "4 j j", EVERY },
	{ "partial", "settled", "6", EVERY },
	{ "failed", "settled", "7", EVERY },
	{ "none", "settled", "3", EVERY },
	{ "network", "settled", "2", EVERY },
	{ "record", "settled", "5 j Enter", EVERY },
	{ "raw", "settled", "6 s j j", EVERY },
	{ "raw-folded", "settled", "6 s j j j Enter", SMALL },
	{ "raw-as-sent", "settled", "6 s s", EVERY },
	{ "from", "settled", "5 p", EVERY },
	{ "from-end", "settled", "5 p G", SMALL },
	{ "waterfall", "settled", "w", EVERY },
	{ "log", "settled", ": 'log' Enter", EVERY },
	{ "log-filter", "settled", ": 'log' Enter & 'source:redshift time>1' Enter", SMALL | MEDIUM | LARGE | NARROW | ASCII },
	{ "log-search", "settled", ": 'log' Enter g / 'callbacks' Enter n", SMALL | MEDIUM | ROLES },
	{ "log-sort", "settled", ": 'log' Enter : 'sort -time' Enter", SMALL },
	{ "log-columns", "settled", ": 'log' Enter : 'filter st'", SMALL },
	{ "sources-filter", "settled", ": 'sources' Enter & 'failed>0 !tracking' Enter", SMALL | MEDIUM },
	{ "sources-nothing", "settled", ": 'sources' Enter & 'nowhere' Enter", SMALL },
	{ "timeline-filter", "settled", "8 & 'lane:o lag>600' Enter", SMALL | MEDIUM | LARGE | NARROW | ASCII },
	{ "timeline-search", "settled", "8 g / 'halifax' Enter n", SMALL | ROLES },
	{ "timeline-sort", "settled", "8 : 'sort -lag' Enter", SMALL },
	{ "query", "settled", ": 'log' Enter Enter", EVERY },
	{ "sources", "settled", ": 'sources' Enter", EVERY },
	{ "choice", "settled", "5 F j Enter", EVERY },
	{ "copy", "settled", "5 j y", EVERY | NARROW },
	{ "compare", "settled", "5 j j =", EVERY | NARROW },
	{ "compare-all", "settled", "5 j j = Space", EVERY },
	{ "compare-mark", "settled", "4 j j m a 5 j = = =", SMALL | MEDIUM },
	{ "compare-hostile", "hostile", "4 j =", SMALL | ASCII },
	{ "related", "settled", "5 j L", EVERY | NARROW },
	{ "related-one", "settled", "6 G L", SMALL },
	{ "related-none", "settled", "4 L", SMALL },
	{ "mark", "settled", "4 m a 6 m b 5 m", EVERY | NARROW },
	{ "help", "settled", "5 ?", EVERY },
	{ "zone", "settled", "5 : 'zone Asia/Kolkata' Enter", SMALL | MEDIUM | LARGE | NARROW | ASCII | ROLES },
	{ "zone-timeline", "settled", ": 'zone Asia/Kolkata' Enter 8", SMALL | MEDIUM },
	{ "zone-list", "settled", ": 'zone '", SMALL },
	{ "palette", "settled", ":", EVERY },
	{ "palette-typed", "settled", ": 'so' Down", EVERY | NARROW },
	{ "palette-letters", "settled", ": 'tml'", SMALL | ROLES },
	{ "palette-help", "settled", ": 'bare' Down", SMALL | ROLES },
	{ "palette-theme", "settled", ": 'theme c' Down", SMALL | MEDIUM | LARGE | ROLES },
	{ "palette-column", "settled", "5 : 'filter code>=1 !rs'", SMALL | ROLES },
	{ "palette-source", "settled", "5 : 'source '", SMALL | ASCII },
	{ "palette-lanes", "settled", ": 'timeline lanes O,' Down", SMALL },
	{ "palette-blocked", "empty", ": 're'", SMALL },
	{ "unknown-command", "settled", ": 'frobnicate' Enter", SMALL },
	{ "ambiguous-command", "settled", ": 'so' Enter", SMALL },
	{ "ambiguous-section", "settled", ": 'section c' Enter", SMALL },
	{ "zoom", "settled", "5 z", EVERY },
	{ "next-problem", "settled", "e e e", SMALL },
	{ "local-keys", "settled", "0 j j j p", SMALL },
	{ "running", "running", "", SMALL | MEDIUM | LARGE | NARROW | TINY },
	{ "arriving", "running", "5 j", SMALL | MEDIUM | ROLES },
	{ "asking", "running", "4", SMALL },
	{ "cancelled", "running", "4 x", SMALL },
	{ "running-fall", "running", "w", SMALL | MEDIUM },
	{ "starting", "starting", "5", SMALL | NARROW },
	{ "absent", "absent", "", SMALL | MEDIUM },
	{ "skipped", "absent", "5", SMALL },
	{ "not-asked", "unnumbered", "", SMALL },
	{ "nothing-wrong", "twins", "", SMALL },
	{ "candidates", "candidates", "1 j", EVERY },
	{ "hostile", "hostile", "4 j", SMALL | ASCII | ROLES },
	{ "hostile-record", "hostile", "1 Enter", SMALL | ASCII },
	{ "hostile-raw", "hostile", "6 s j", SMALL },
	{ "hostile-failed", "hostile", "3", SMALL },
	{ "timeline", "settled", "8", EVERY | NARROW | TINY },
	{ "timeline-closer", "settled", "8 k k k + +", SMALL | MEDIUM },
	{ "timeline-lanes", "settled", ": 'timeline lanes o,c' Enter", SMALL },
	{ "timeline-running", "running", "8", SMALL | MEDIUM },
	{ "overview-changed", "running", "5 4 0 X", SMALL | MEDIUM },
	{ "timeline-hostile", "hostile", "8", SMALL | ASCII },
	{ "timeline-empty", "empty", "8", SMALL },
	{ "loads", "running", ": 'open 714002210' Enter : 'open 999' Enter { { b", EVERY | NARROW },
	{ "loads-second", "settled", ": 'open 714002210' Enter : 'open 999' Enter { 5", SMALL | MEDIUM | LARGE },
	{ "follow", "settled", "4 : 'follow 2m' Enter", EVERY | NARROW },
	{ "follow-held", "settled", "4 : 'follow 2m' Enter Space", SMALL | MEDIUM | LARGE },
	{ "follow-refused", "settled", "5 a", SMALL | MEDIUM | LARGE },
	{ "follow-all", "settled", ": 'follow all 2m' Enter", SMALL | MEDIUM | LARGE | ROLES },
	{ "loads-followed", "settled", ": 'follow all 2m' Enter : 'open 714002210' Enter b", SMALL | MEDIUM | LARGE },
	{ "on-demand", "settled", "d", EVERY | NARROW },
	{ "on-demand-asked", "settled", ": 'tickets' Enter j", EVERY | NARROW },
	{ "on-demand-about", "settled", "5 j L j j j j j Enter", EVERY | NARROW },
	{ "on-demand-overview", "settled", ": 'tickets' Enter : 'others' Enter 0", SMALL | MEDIUM | LARGE | ASCII },
	{ "on-demand-list", "settled", ": 'tickets' Enter d j", SMALL | MEDIUM | LARGE },
	{ "on-demand-waterfall", "settled", ": 'tickets' Enter : 'others' Enter w", SMALL | MEDIUM },
	{ "on-demand-running", "running", "d Enter", SMALL | MEDIUM },
	{ "on-demand-failed", "running", ": 'others' Enter", SMALL },
	{ "on-demand-empty", "empty", ": 'tickets' Enter", SMALL },
	{ "on-demand-lookup", "settled", ": 'lookup '", SMALL },
	{ "nothing-open", "empty", "", EVERY },
	{ "key-list", "settled", ": 'keys' Enter", EVERY },
};

static void test_screens(void **state)
{
	struct fake_case fc;

	(void)state;
	for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
		fake_case_open(&fc, screens[i].scene);
		app_draw(&fc.app);
		screens_press(&fc.app, screens[i].keys);
		fake_case_settle(&fc);
		screens_compare(&fc.app, screens[i].name, screens[i].sizes);
		fake_case_close(&fc);
	}
	golden_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
