/* The demonstration's tables as model.h names them: their columns, in order. */
#include "sections/demo/model.h"

#include <string.h>

/* A column is NAME[:i|f|t][?]: text unless i (integer), f (flag) or t (time); "?" may
 * be NULL in ClickHouse too. tests/sections/test_demo.c holds this against schema.sql. */
const struct demo_table demo_tables[TABLE_COUNT] = {
	[TABLE_API_LOADS] = { "api_loads", NULL, NULL, NULL,
		"tracking_id load_number status mappable_status load_mode actual_load_mode shipper_id "
		"shipper_name carrier_id carrier_name managing_carrier_id managing_carrier_name "
		"operating_carrier_id operating_carrier_name created_at:t updated_at:t delivered_at:t "
		"terminated_at:t expired_at:t picked_up_at:t pickup_check_call_at:t "
		"delivery_check_call_at:t first_check_call_at:t latest_check_call_at:t origin "
		"destination origin_appointment_time:t destination_appointment_time:t stops "
		"stop_count:i latest_location latest_location_at:t next_stop_eta:t "
		"next_stop_carrier_eta:t tracking_method tracking_number trailer_number truck_number "
		"rail_equipment container_number booking_number bol_number po_number pro_number "
		"reference_numbers raw" },
	[TABLE_API_RELATIONSHIPS] = { "api_relationships", NULL, NULL, NULL,
		"relationship_id:i shipper_id carrier_id carrier_name relationship_type status active:f "
		"allow_tracking:f external_id eld_enabled:f eld_provider scacs "
		"super_file_configurations created_at:t raw" },
	[TABLE_API_OCEAN_EVENTS] = { "api_ocean_events", NULL, NULL, NULL,
		"container_number booking_number bol_number event_code event_name event_time:t location "
		"vessel voyage source received_at:t" },
	[TABLE_FACT_LOADS] = { "fact_loads", "platform.fact_loads", NULL, NULL,
		"load_id:i load_number display_load_number pro_number shipper_id carrier_id "
		"managing_carrier_id status created_at:t terminated_at:t delivered_at:t "
		"first_ping_time:t latest_check_call_time:t load_mode modes relay_load:f "
		"reference_numbers tags is_deleted:f" },
	[TABLE_FACT_STOPS] = { "fact_stops", "platform.fact_stops", NULL, NULL,
		"stop_id:i load_id:i stop_type stop_name sequence:i appointment_time:t arrival_time:t "
		"departure_time:t status on_time:f delayed:f delay:i" },
	[TABLE_VALIDATION] = { "load_validation_data_mart", "hadoop.load_validation_data_mart", NULL, NULL,
		"load_id:i company_id company_name load_number status error processed_at:t carrier_id "
		"carrier_name file_name stop_count:i origin_stop_name origin_city origin_country "
		"pickup_appointment_time:t dest_stop_name dest_city dest_country "
		"dest_appointment_time:t modes shipper_name" },
	[TABLE_COMPANIES] = { "companies", "pgs_company.companies", NULL, NULL,
		"id:i name permalink status active:f is_test_company:f" },
	[TABLE_RELATIONSHIPS] = { "company_relationships", "pgs_company.company_relationships", NULL, NULL,
		"id:i company_id:i target_company_id:i relationship_type status active:f "
		"allow_tracking:f external_id eld_enabled:f eld_provider super_file_configurations "
		"created_at:t updated_at:t etl_active_flag" },
	[TABLE_SCACS] = { "company_scacs", "pgs_company.company_scacs", NULL, NULL,
		"id:i relationship_id:i scac created_at:t etl_active_flag" },
	[TABLE_FILE_LOGS] = { "fact_carrier_file_logs", "hadoop.fact_carrier_file_logs", NULL, NULL,
		"file_uuid file_name carrier_id received_timestamp:t record_count:i processing_status" },
	[TABLE_RECORD_LOGS] = { "fact_carrier_record_logs", "hadoop.fact_carrier_record_logs", NULL, NULL,
		"record_uuid file_uuid company file_name record_index:i shipper_id carrier_id status "
		"process_completed_timestamp:t error status_update_error load_identifier_1 "
		"load_identifier_2 load_identifier_3 load_identifier_4 external_id queued_messages "
		"skipped_messages booking_number bill_of_lading container_number matched_load_id:i" },
	[TABLE_REWIND_FILES] = { "fact_load_file_logs", NULL, "rewind_db.fact_load_file_logs", "file_uuid",
		"file_uuid file_name carrier_id received_timestamp:t record_count:i processing_status" },
	[TABLE_REWIND_RECORDS] = { "fact_load_file_records", NULL, "rewind_db.fact_load_file_records",
		"carrier_id, process_completed_timestamp",
		"record_uuid file_uuid company file_name record_index:i shipper_id carrier_id status "
		"process_completed_timestamp:t error status_update_error load_identifier_1 "
		"load_identifier_2 load_identifier_3 load_identifier_4 external_id queued_messages "
		"skipped_messages booking_number bill_of_lading container_number load_id:i?" },
	[TABLE_CALLBACKS] = { "callbacks_v2", NULL, "rewind_db.callbacks_v2", "fk_tracking_id, ts",
		"uuid ts:t fk_tracking_id config_id load_number company_id ext_url ext_request_status? "
		"message_type error_msg? attempt_count:i" },
	[TABLE_LOGS] = { "distributed_logs", NULL, "signoz_logs.distributed_logs", "timestamp",
		"timestamp:i service_name severity_text body trace_id" },
	[TABLE_ISSUES] = { "jira_issues", NULL, NULL, NULL,
		"key summary status category priority assignee reporter created_at:t updated_at:t "
		"load_id says" },
	[TABLE_DOCUMENTS] = { "confluence_pages", NULL, NULL, NULL,
		"page_id title space excerpt updated_at:t link says" },
	[TABLE_CODE] = { "github_files", NULL, NULL, NULL, "file repository fragment link says" },
	[TABLE_FUNCTIONS] = { "code_functions", NULL, NULL, NULL,
		"function class file line:i service repository says callers" },
	[TABLE_CHATS] = { "slack_messages", NULL, NULL, NULL,
		"sent_at:t channel author text reactions link load_id says" },
	[TABLE_CONFIGS] = { "tracking_configs", NULL, NULL, NULL,
		"load_id primary_identifier identifier_value subscription_id subscription_status "
		"tracking_source carrier_code configuration" },
	[TABLE_SUBSCRIPTIONS] = { "subscriptions", NULL, NULL, NULL,
		"subscription_id carrier_name portal_url credentials_status last_scrape_at:t "
		"scraping_enabled:f recent_errors:i" },
	[TABLE_SCRAPES] = { "jt_scrapes", NULL, NULL, NULL,
		"event_id subscription_id scraped_at:t event_code status crawled_at:t delivered_at:t place" },
	[TABLE_CASES] = { "salesforce_cases", NULL, NULL, NULL,
		"case_id number subject description status priority closed:f created_at:t updated_at:t "
		"owner account contact load_id category mode" },
	[TABLE_OBJECTS] = { "objects", NULL, NULL, NULL, "bucket key size:i last_modified:t content" },
};

static void read_column(const char *word, size_t len, struct demo_column *c)
{
	size_t name = strcspn(word, ":? ");

	memcpy(c->name, word, name);
	c->name[name] = '\0';
	c->kind = COLUMN_IS_TEXT;
	if (word[name] == ':')
		c->kind = word[name + 1] == 'i' ? COLUMN_IS_INT
			: word[name + 1] == 'f' ? COLUMN_IS_FLAG : COLUMN_IS_TIME;
	c->nullable = word[len - 1] == '?';
}

size_t demo_columns(enum table_id id, struct demo_column out[static TABLE_COLUMNS_MAX])
{
	const char *p = demo_tables[id].columns;
	size_t n = 0, len;

	for (; *p && n < TABLE_COLUMNS_MAX; p += len + strspn(p + len, " ")) {
		len = strcspn(p, " ");
		read_column(p, len, &out[n++]);
	}
	return n;
}
