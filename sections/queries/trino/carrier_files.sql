-- Records of the carrier's files that were matched to the load, or that name it by
-- one of its numbers or in one of its identifier slots. The lake is 30 hours behind.
-- The partition is a day in text; one more on each side, as a row may lie in the
-- partition of the day on which it was written.
SELECT
	record_uuid, file_uuid, company, file_name, record_index, shipper_id, carrier_id, status,
	CAST(process_completed_timestamp AS varchar) AS process_completed_timestamp, error,
	status_update_error, load_identifier_1, load_identifier_2, load_identifier_3,
	load_identifier_4, external_id, queued_messages, skipped_messages, booking_number,
	bill_of_lading, container_number, load_id AS matched_load_id
FROM load_files
WHERE datestr >= CAST(CAST(CAST(:from AS timestamp) - INTERVAL '1' DAY AS date) AS varchar)
	AND datestr <= CAST(CAST(CAST(:to AS timestamp) + INTERVAL '1' DAY AS date) AS varchar)
	AND process_completed_timestamp >= CAST(:from AS timestamp)
	AND process_completed_timestamp < CAST(:to AS timestamp)
	AND (CAST(load_id AS varchar) = :tracking_id
		OR ((CAST(:carrier_id AS varchar) IS NULL OR carrier_id = :carrier_id)
			AND (CAST(:external_id AS varchar) IS NULL OR external_id IS NULL
				OR external_id = '' OR external_id = :external_id)
			AND (container_number = :container_number
				OR booking_number = :booking_number
				OR bill_of_lading = :bol_number
				OR load_identifier_1 IN (:slot_1, :load_number)
				OR load_identifier_2 IN (:slot_2, :load_number)
				OR load_identifier_3 IN (:slot_3, :load_number)
				OR load_identifier_4 IN (:slot_4, :load_number))))
ORDER BY process_completed_timestamp DESC, record_uuid
LIMIT 201
