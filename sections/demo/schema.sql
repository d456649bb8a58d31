-- The tables that the load workspace reads, in SQLite's words. The warehouse and
-- the log stores have the same tables and columns under longer names, given
-- before each table. Times are UTC text "2026-01-23 14:20:31" ("timestamp"
-- without zone in PostgreSQL, DateTime in ClickHouse); flags are 0 and 1
-- ("boolean" in PostgreSQL, UInt8 in ClickHouse); INTEGER is bigint in PostgreSQL
-- and UInt64 in ClickHouse; every other column is text (String in ClickHouse,
-- Nullable where NULL is said to be possible). Companies are named by permalink
-- ("norbrook-foods") wherever a column is called shipper_id or carrier_id.

-- ---- the tracking API: one row per load it knows --------------------------------
-- The columns are those of the section "load". `shipper_id` is the permalink that
-- the API gives as shipper.id (or shipperId); ids of carriers likewise.
CREATE TABLE api_loads (
	tracking_id TEXT NOT NULL PRIMARY KEY,
	load_number TEXT,
	status TEXT,
	mappable_status TEXT,
	load_mode TEXT,
	actual_load_mode TEXT,
	shipper_id TEXT,
	shipper_name TEXT,
	carrier_id TEXT,
	carrier_name TEXT,
	managing_carrier_id TEXT,
	managing_carrier_name TEXT,
	operating_carrier_id TEXT,
	operating_carrier_name TEXT,
	created_at TEXT,
	updated_at TEXT,
	delivered_at TEXT,
	terminated_at TEXT,
	expired_at TEXT,
	picked_up_at TEXT,
	pickup_check_call_at TEXT,
	delivery_check_call_at TEXT,
	first_check_call_at TEXT,
	latest_check_call_at TEXT,
	origin TEXT,                    -- "Rotterdam, NL"
	destination TEXT,
	origin_appointment_time TEXT,
	destination_appointment_time TEXT,
	stops TEXT,                     -- the API's list, compact JSON: [{"stopType":"pickup",…},…]
	stop_count INTEGER,
	latest_location TEXT,           -- "51.95,4.14" or an address
	latest_location_at TEXT,
	next_stop_eta TEXT,
	next_stop_carrier_eta TEXT,
	tracking_method TEXT,           -- RPA, API, EDI, ELD …
	tracking_number TEXT,
	trailer_number TEXT,
	truck_number TEXT,
	rail_equipment TEXT,            -- initials and number
	container_number TEXT,
	booking_number TEXT,
	bol_number TEXT,
	po_number TEXT,
	pro_number TEXT,
	reference_numbers TEXT,         -- compact JSON: ["A1","B2"]
	raw TEXT                        -- the API's whole object, compact JSON
);
CREATE INDEX api_loads_number ON api_loads (load_number);

-- ---- the company API: one row per relationship ----------------------------------
CREATE TABLE api_relationships (
	relationship_id INTEGER NOT NULL PRIMARY KEY,
	shipper_id TEXT NOT NULL,
	carrier_id TEXT NOT NULL,       -- targetCompany.permalink
	carrier_name TEXT,              -- targetCompany.name
	relationship_type TEXT,
	status TEXT,                    -- "live"
	active INTEGER,
	allow_tracking INTEGER,
	external_id TEXT,
	eld_enabled INTEGER,
	eld_provider TEXT,
	scacs TEXT,                     -- allScacs, compact JSON: ["hlcu"]
	super_file_configurations TEXT, -- compact JSON: [{"id":1,"identifier1":{"key":"loadNumber"},"identifier2":null}]
	created_at TEXT,
	raw TEXT                        -- the API's whole object, compact JSON
);
CREATE INDEX api_relationships_pair ON api_relationships (shipper_id, carrier_id);

-- ---- the ocean API: /v1/ocean/events ----------------------------------------------
CREATE TABLE api_ocean_events (
	container_number TEXT,
	booking_number TEXT,
	bol_number TEXT,
	event_code TEXT,
	event_name TEXT,
	event_time TEXT,
	location TEXT,
	vessel TEXT,
	voyage TEXT,
	source TEXT,
	received_at TEXT
);
CREATE INDEX api_ocean_events_container ON api_ocean_events (container_number);

-- ---- warehouse: platform.fact_loads -------------------------------------------------
CREATE TABLE fact_loads (
	load_id INTEGER NOT NULL PRIMARY KEY,
	load_number TEXT,
	display_load_number TEXT,
	pro_number TEXT,
	shipper_id TEXT,
	carrier_id TEXT,
	managing_carrier_id TEXT,
	status TEXT,
	created_at TEXT,
	terminated_at TEXT,
	delivered_at TEXT,
	first_ping_time TEXT,
	latest_check_call_time TEXT,
	load_mode TEXT,
	modes TEXT,
	relay_load INTEGER,
	reference_numbers TEXT,         -- ["A1","B2"]
	tags TEXT,
	is_deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX fact_loads_number ON fact_loads (load_number);

-- ---- warehouse: platform.fact_stops -------------------------------------------------
CREATE TABLE fact_stops (
	stop_id INTEGER NOT NULL PRIMARY KEY,
	load_id INTEGER NOT NULL,
	stop_type TEXT,
	stop_name TEXT,
	sequence INTEGER,
	appointment_time TEXT,
	arrival_time TEXT,
	departure_time TEXT,
	status TEXT,
	on_time INTEGER,
	delayed INTEGER,
	delay INTEGER                   -- minutes
);
CREATE INDEX fact_stops_load ON fact_stops (load_id);

-- ---- warehouse: hadoop.load_validation_data_mart -------------------------------------
CREATE TABLE load_validation_data_mart (
	load_id INTEGER,                -- NULL: this attempt created no load
	company_id TEXT,                -- the shipper's permalink
	company_name TEXT,
	load_number TEXT,
	status TEXT,                    -- "Created", "Create Failure", "Skipping load updation" …
	error TEXT,                     -- "Data Issue: [\"…\"]"
	processed_at TEXT,
	carrier_id TEXT,
	carrier_name TEXT,
	file_name TEXT,                 -- "API Request" = created through the API
	stop_count INTEGER,
	origin_stop_name TEXT,
	origin_city TEXT,
	origin_country TEXT,
	pickup_appointment_time TEXT,
	dest_stop_name TEXT,
	dest_city TEXT,
	dest_country TEXT,
	dest_appointment_time TEXT,
	modes TEXT,
	shipper_name TEXT
);
CREATE INDEX load_validation_number ON load_validation_data_mart (load_number);
CREATE INDEX load_validation_load ON load_validation_data_mart (load_id);

-- ---- warehouse: pgs_company.companies -------------------------------------------------
CREATE TABLE companies (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT,
	permalink TEXT NOT NULL,
	status TEXT,                    -- "approved"
	active INTEGER,
	is_test_company INTEGER
);
CREATE INDEX companies_permalink ON companies (permalink);

-- ---- warehouse: pgs_company.company_relationships -------------------------------------
CREATE TABLE company_relationships (
	id INTEGER NOT NULL PRIMARY KEY,
	company_id INTEGER NOT NULL,
	target_company_id INTEGER NOT NULL,
	relationship_type TEXT,
	status TEXT,                    -- "live"
	active INTEGER,
	allow_tracking INTEGER,
	external_id TEXT,
	eld_enabled INTEGER,
	eld_provider TEXT,
	super_file_configurations TEXT, -- JSON as in api_relationships
	created_at TEXT,
	updated_at TEXT,
	etl_active_flag TEXT            -- "Y" = the current version of the row
);
CREATE INDEX company_relationships_pair ON company_relationships (company_id, target_company_id);

-- ---- warehouse: pgs_company.company_scacs ---------------------------------------------
CREATE TABLE company_scacs (
	id INTEGER NOT NULL PRIMARY KEY,
	relationship_id INTEGER NOT NULL,
	scac TEXT,                      -- lower case
	created_at TEXT,
	etl_active_flag TEXT
);
CREATE INDEX company_scacs_relationship ON company_scacs (relationship_id);

-- ---- warehouse: hadoop.fact_carrier_file_logs -----------------------------------------
CREATE TABLE fact_carrier_file_logs (
	file_uuid TEXT NOT NULL PRIMARY KEY,
	file_name TEXT,
	carrier_id TEXT,
	received_timestamp TEXT,
	record_count INTEGER,
	processing_status TEXT
);

-- ---- warehouse: hadoop.fact_carrier_record_logs ---------------------------------------
CREATE TABLE fact_carrier_record_logs (
	record_uuid TEXT NOT NULL PRIMARY KEY,
	file_uuid TEXT,
	company TEXT,
	file_name TEXT,
	record_index INTEGER,
	shipper_id TEXT,
	carrier_id TEXT,
	status TEXT,                    -- "success", "failed", "skipped" …
	process_completed_timestamp TEXT,
	error TEXT,
	status_update_error TEXT,
	load_identifier_1 TEXT,
	load_identifier_2 TEXT,
	load_identifier_3 TEXT,
	load_identifier_4 TEXT,
	external_id TEXT,
	queued_messages TEXT,           -- "PROCESS_OCEAN_UPDATE", several separated by commas
	skipped_messages TEXT,
	booking_number TEXT,
	bill_of_lading TEXT,
	container_number TEXT,
	matched_load_id INTEGER         -- NULL: no load matched
);
CREATE INDEX fact_carrier_record_logs_carrier ON fact_carrier_record_logs (carrier_id, process_completed_timestamp);
CREATE INDEX fact_carrier_record_logs_load ON fact_carrier_record_logs (matched_load_id);
CREATE INDEX fact_carrier_record_logs_container ON fact_carrier_record_logs (container_number);
CREATE INDEX fact_carrier_record_logs_booking ON fact_carrier_record_logs (booking_number);
CREATE INDEX fact_carrier_record_logs_bill ON fact_carrier_record_logs (bill_of_lading);

-- ---- Rewind ClickHouse: rewind_db.fact_load_file_logs ----------------------------------
CREATE TABLE fact_load_file_logs (
	file_uuid TEXT NOT NULL PRIMARY KEY,
	file_name TEXT,
	carrier_id TEXT,
	received_timestamp TEXT,
	record_count INTEGER,
	processing_status TEXT
);

-- ---- Rewind ClickHouse: rewind_db.fact_load_file_records --------------------------------
-- The warehouse's record log copied; matched_load_id is called load_id here
-- (Nullable(UInt64)). The same in the archives.
CREATE TABLE fact_load_file_records (
	record_uuid TEXT NOT NULL PRIMARY KEY,
	file_uuid TEXT,
	company TEXT,
	file_name TEXT,
	record_index INTEGER,
	shipper_id TEXT,
	carrier_id TEXT,
	status TEXT,
	process_completed_timestamp TEXT,
	error TEXT,
	status_update_error TEXT,
	load_identifier_1 TEXT,
	load_identifier_2 TEXT,
	load_identifier_3 TEXT,
	load_identifier_4 TEXT,
	external_id TEXT,
	queued_messages TEXT,
	skipped_messages TEXT,
	booking_number TEXT,
	bill_of_lading TEXT,
	container_number TEXT,
	load_id INTEGER
);
CREATE INDEX fact_load_file_records_carrier ON fact_load_file_records (carrier_id, process_completed_timestamp);
CREATE INDEX fact_load_file_records_load ON fact_load_file_records (load_id);

-- ---- Rewind ClickHouse: rewind_db.callbacks_v2 -------------------------------------------
-- A copy of the archive's table of the same name.
CREATE TABLE callbacks_v2 (
	uuid TEXT NOT NULL PRIMARY KEY,
	ts TEXT NOT NULL,
	fk_tracking_id TEXT,
	config_id TEXT,
	load_number TEXT,
	company_id TEXT,
	ext_url TEXT,
	ext_request_status TEXT,        -- "200", "503"; NULL = pending, no answer yet
	message_type TEXT,
	error_msg TEXT,
	attempt_count INTEGER
);
CREATE INDEX callbacks_v2_load ON callbacks_v2 (fk_tracking_id, ts);

-- ---- SigNoz ClickHouse: signoz_logs.distributed_logs --------------------------------------
-- Newer SigNoz versions call the service resource_string_service$$name.
CREATE TABLE distributed_logs (
	timestamp INTEGER NOT NULL,     -- nanoseconds since 1970 (UInt64)
	service_name TEXT,
	severity_text TEXT,             -- "INFO", "WARN", "ERROR"
	body TEXT,                      -- "2026-01-20 08:11:02.123 INFO … [a1b2c3d4e5f6] [Class] {\"MessageType\"=>…}"
	trace_id TEXT
);
CREATE INDEX distributed_logs_time ON distributed_logs (timestamp);

-- ---- what people wrote, as the services that search it answer ------------------------
-- `says` is what an error must hold for a row to be found by it, `load_id` the load.
CREATE TABLE jira_issues (
	key TEXT NOT NULL PRIMARY KEY,
	summary TEXT,
	status TEXT,
	category TEXT,                  -- of the status: new, indeterminate, done
	priority TEXT,
	assignee TEXT,
	reporter TEXT,
	created_at TEXT,
	updated_at TEXT,
	load_id TEXT,
	says TEXT
);

CREATE TABLE confluence_pages (
	page_id TEXT NOT NULL PRIMARY KEY,
	title TEXT,
	space TEXT,
	excerpt TEXT,
	updated_at TEXT,
	link TEXT,
	says TEXT
);

CREATE TABLE github_files (
	file TEXT NOT NULL,
	repository TEXT NOT NULL,
	fragment TEXT,
	link TEXT,
	says TEXT
);

CREATE TABLE code_functions (
	function TEXT NOT NULL,
	class TEXT,
	file TEXT NOT NULL,
	line INTEGER,
	service TEXT,
	repository TEXT,
	says TEXT,
	callers TEXT
);

CREATE TABLE slack_messages (
	sent_at TEXT,
	channel TEXT,
	author TEXT,
	text TEXT,
	reactions TEXT,                 -- [{"name":"white_check_mark","count":1}]
	link TEXT NOT NULL PRIMARY KEY,
	load_id TEXT,
	says TEXT
);

-- ---- how a shipment at sea is tracked, as DataHub and JT answer -----------------------
CREATE TABLE tracking_configs (
	load_id TEXT NOT NULL PRIMARY KEY,
	primary_identifier TEXT,        -- booking_number, bill_of_lading, container_number
	identifier_value TEXT,
	subscription_id TEXT,
	subscription_status TEXT,
	tracking_source TEXT,           -- RPA, JT, EDI, API
	carrier_code TEXT,
	configuration TEXT              -- compact JSON
);

CREATE TABLE subscriptions (
	subscription_id TEXT NOT NULL PRIMARY KEY,
	carrier_name TEXT,
	portal_url TEXT,
	credentials_status TEXT,
	last_scrape_at TEXT,
	scraping_enabled INTEGER,
	recent_errors INTEGER
);

CREATE TABLE jt_scrapes (
	event_id TEXT NOT NULL PRIMARY KEY,
	subscription_id TEXT NOT NULL,
	scraped_at TEXT,
	event_code TEXT,
	status TEXT,
	crawled_at TEXT,                -- the event's time as read at the carrier's
	delivered_at TEXT,              -- and as it was handed on
	place TEXT
);
CREATE INDEX jt_scrapes_subscription ON jt_scrapes (subscription_id);

-- ---- cases of the support desk, as Salesforce answers ----------------------------------
CREATE TABLE salesforce_cases (
	case_id TEXT NOT NULL PRIMARY KEY,
	number TEXT,
	subject TEXT,
	description TEXT,
	status TEXT,
	priority TEXT,
	closed INTEGER,
	created_at TEXT,
	updated_at TEXT,
	owner TEXT,
	account TEXT,
	contact TEXT,
	load_id TEXT,
	category TEXT,
	mode TEXT
);

-- ---- buckets of S3: EDI 315 (edi) and the carriers' files (backup) --------------------
CREATE TABLE objects (
	bucket TEXT NOT NULL,
	key TEXT NOT NULL,
	size INTEGER,
	last_modified TEXT,
	content TEXT,
	PRIMARY KEY (bucket, key)
);
