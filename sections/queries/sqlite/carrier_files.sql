-- Records of the carrier's files that were matched to the load, or that name it by
-- one of its numbers or in one of its identifier slots.
WITH p AS (
	SELECT
		CAST(:tracking_id AS integer) AS id,
		:load_number AS number,
		:carrier_id AS carrier,
		:external_id AS external_code,
		:container_number AS container,
		:booking_number AS booking,
		:bol_number AS bol,
		:slot_1 AS slot_1,
		:slot_2 AS slot_2,
		:slot_3 AS slot_3,
		:slot_4 AS slot_4
)
SELECT
	r.record_uuid, r.file_uuid, r.company, r.file_name, r.record_index, r.shipper_id,
	r.carrier_id, r.status, r.process_completed_timestamp, r.error, r.status_update_error,
	r.load_identifier_1, r.load_identifier_2, r.load_identifier_3, r.load_identifier_4,
	r.external_id, r.queued_messages, r.skipped_messages, r.booking_number,
	r.bill_of_lading, r.container_number, r.load_id AS matched_load_id, f.received_timestamp,
	f.record_count, f.processing_status
FROM fact_load_file_records r
CROSS JOIN p
LEFT JOIN fact_load_file_logs f ON f.file_uuid = r.file_uuid
WHERE r.process_completed_timestamp >= :from
	AND r.process_completed_timestamp < :to
	AND (r.load_id = p.id
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
