-- Records of the carrier's files that were matched to the load, or that name it by
-- one of its numbers or in one of its identifier slots.
WITH p AS (
	SELECT
		CAST(:tracking_id AS bigint) AS id,
		CAST(:load_number AS varchar) AS number,
		CAST(:carrier_id AS varchar) AS carrier,
		CAST(:external_id AS varchar) AS external_code,
		CAST(:container_number AS varchar) AS container,
		CAST(:booking_number AS varchar) AS booking,
		CAST(:bol_number AS varchar) AS bol,
		CAST(:slot_1 AS varchar) AS slot_1,
		CAST(:slot_2 AS varchar) AS slot_2,
		CAST(:slot_3 AS varchar) AS slot_3,
		CAST(:slot_4 AS varchar) AS slot_4
)
SELECT
	r.record_uuid, r.file_uuid, r.company, r.file_name, r.record_index, r.shipper_id,
	r.carrier_id, r.status, r.process_completed_timestamp, r.error, r.status_update_error,
	r.load_identifier_1, r.load_identifier_2, r.load_identifier_3, r.load_identifier_4,
	r.external_id, r.queued_messages, r.skipped_messages, r.booking_number,
	r.bill_of_lading, r.container_number, r.matched_load_id, f.received_timestamp,
	f.record_count, f.processing_status
FROM hadoop.fact_carrier_record_logs r
CROSS JOIN p
LEFT JOIN hadoop.fact_carrier_file_logs f ON f.file_uuid = r.file_uuid
WHERE r.process_completed_timestamp >= CAST(:from AS timestamp)
	AND r.process_completed_timestamp < CAST(:to AS timestamp)
	AND (r.matched_load_id = p.id
		OR ((p.carrier IS NULL OR r.carrier_id = p.carrier)
			AND (p.external_code IS NULL OR r.external_id IS NULL OR r.external_id = p.external_code)
			AND (r.container_number = p.container
				OR r.booking_number = p.booking
				OR r.bill_of_lading = p.bol
				OR r.load_identifier_1 IN (p.slot_1, p.number)
				OR r.load_identifier_2 IN (p.slot_2, p.number)
				OR r.load_identifier_3 IN (p.slot_3, p.number)
				OR r.load_identifier_4 IN (p.slot_4, p.number))))
ORDER BY r.process_completed_timestamp DESC, r.record_uuid
LIMIT CAST(:limit AS integer)
