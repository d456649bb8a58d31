/* The load workspace: which sections there are, in which order. */
#include "sections/load/load.h"

#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"

const char *const after_nothing[] = { NULL };
const char *const after_load[] = { "load", NULL };
const char *const after_network[] = { "load", "network", NULL };

const char *const load_subject_facts[] = {
	"tracking_id", "load_number", "status", "mode", "shipper_id", "shipper_name", "carrier_id",
	"carrier_name", "container_number", "booking_number", "bol_number", "po_number", "pro_number",
	"tracking_method", "created_at", "updated_at", "delivered_at", "terminated_at", "expired_at",
	"picked_up_at", "first_check_call_at", "pickup_check_call_at", "delivery_check_call_at",
	"latest_check_call_at", "never_created", NULL,
};

static const char *const params[] = {
	"identifier", "tracking_id", "tracking_id_candidate", "load_number", "load_number_candidate",
	"pro_candidate", "document_candidate", "container_number", "booking_number", "bol_number",
	"shipper_id", "carrier_id", "external_id", "slot_1", "slot_2", "slot_3", "slot_4",
	"ocean_services", "log_services", "from", "to", "issue_error", "document_error", "code_error",
	"chat_error", "graph_error", "graph_service", "subscription_id", "evidence", "edi_around",
	"edi_key", "edi_file", "edi_received", "edi_processed",
	"trace_correlation", "trace_at",
	"original_file", "original_record", "original_received", "original_processed", NULL,
};

static const struct section_def *const sections[] = {
	&section_load,      &section_network,      &section_creation, &section_carrier_files,
	&section_callbacks, &section_ocean_events, &section_logs,
	/* On demand. */
	&section_ocean_config, &section_jt_history, &section_ocean_trace,
	&section_similar,   &section_cases,
	&section_edi_files, &section_edi_315,      &section_carrier_original,
	&section_issues,    &section_documents,    &section_code,     &section_code_graph, &section_chats,
	&section_explain,
};

const struct workspace workspace_load = {
	.name = "load",
	.subject = "load",
	.sections = sections,
	.nsections = sizeof sections / sizeof sections[0],
	.sources = load_sources,
	.nsources = LOAD_SOURCES,
	.identify = load_identify,
	.window = load_window,
	.subject_facts = load_subject_facts,
	.params = params,
	.zone_column = "event_timezone",
	.secret_env = load_secret_env,
};

bool skip_without_load(const struct facts *f, char reason[static REASON_MAX])
{
	const char *candidates = facts_get(f, "candidates");

	if (facts_get(f, "never_created"))
		snprintf(reason, REASON_MAX, "load never created: no tracking id exists");
	else if (candidates)
		snprintf(reason, REASON_MAX, "%s loads match: open one of them", candidates);
	else if (facts_get(f, "only_attempts"))
		snprintf(reason, REASON_MAX, "no tracking id: only creation attempts are known so far");
	else if (!facts_get(f, "tracking_id"))  /* found nothing, or failed, or was stopped */
		snprintf(reason, REASON_MAX, "Load gave no tracking id");
	else
		return false;
	return true;
}

bool skip_without_error(const struct facts *f, const char *fact, char reason[static REASON_MAX])
{
	if (facts_get(f, fact))
		return false;
	snprintf(reason, REASON_MAX, "needs an error: L on a record that has one, or its text (:lookup, --about)");
	return true;
}

bool skip_without_days(const struct facts *f, const char *received, const char *processed,
		       char reason[static REASON_MAX])
{
	if (facts_get(f, received) || facts_get(f, processed))
		return false;
	snprintf(reason, REASON_MAX, "the day it lies under is not known: L on its record in Carrier files tells it");
	return true;
}

enum ocean load_is_ocean(const struct facts *f)
{
	static const char *const words[] = { "ocean", "intermodal", "multimodal" };
	struct cell mode = cell_of(facts_get(f, "mode"));

	if (facts_get(f, "container_number"))
		return OCEAN_YES;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (cell_has(mode, words[i]))
			return OCEAN_YES;
	}
	return cell_is_null(mode) ? OCEAN_UNKNOWN : OCEAN_NO;
}

bool skip_unless_ocean(const struct facts *f, char reason[static REASON_MAX])
{
	if (skip_without_load(f, reason))
		return true;
	if (load_is_ocean(f) != OCEAN_NO)
		return false;
	snprintf(reason, REASON_MAX, "not an ocean load: mode %s, no container", facts_get(f, "mode"));
	return true;
}
