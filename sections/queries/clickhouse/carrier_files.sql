-- Records of the carrier's files that were matched to the load, or that name it by
-- one of its numbers or in one of its identifier slots. Old servers compare no column
-- of the sorting key with NULL (code 169), hence coalesce() around the carrier.
SELECT
	record_uuid, file_uuid, company, file_name, record_index, shipper_id, carrier_id, status,
	toString(completed, 'UTC') AS process_completed_timestamp, error, status_update_error,
	load_identifier_1, load_identifier_2, load_identifier_3, load_identifier_4, external_id,
	queued_messages, skipped_messages, booking_number, bill_of_lading, container_number,
	load_id AS matched_load_id, nullIf(received, '') AS received_timestamp,
	nullIf(records, 0) AS record_count, nullIf(file_status, '') AS processing_status
FROM (
	SELECT
		record_uuid, file_uuid, company, file_name, record_index, shipper_id, carrier_id,
		status, process_completed_timestamp AS completed, error, status_update_error,
		load_identifier_1, load_identifier_2, load_identifier_3, load_identifier_4,
		external_id, queued_messages, skipped_messages, booking_number, bill_of_lading,
		container_number, load_id
	FROM fact_load_file_records
	WHERE process_completed_timestamp >= toDateTime(:from, 'UTC')
		AND process_completed_timestamp < toDateTime(:to, 'UTC')
		AND (toString(load_id) = :tracking_id
			OR ((:carrier_id IS NULL OR carrier_id = coalesce(:carrier_id, ''))
				AND (:external_id IS NULL OR external_id IS NULL OR external_id = ''
					OR external_id = :external_id)
				AND (container_number = :container_number
					OR booking_number = :booking_number
					OR bill_of_lading = :bol_number
					OR load_identifier_1 = :slot_1 OR load_identifier_1 = :load_number
					OR load_identifier_2 = :slot_2 OR load_identifier_2 = :load_number
					OR load_identifier_3 = :slot_3 OR load_identifier_3 = :load_number
					OR load_identifier_4 = :slot_4 OR load_identifier_4 = :load_number)))
)
ANY LEFT JOIN (
	SELECT
		file_uuid, toString(received_timestamp, 'UTC') AS received, record_count AS records,
		processing_status AS file_status
	FROM fact_load_file_logs
	WHERE received_timestamp >= toDateTime(:from, 'UTC') - 7 * 86400
		AND received_timestamp < toDateTime(:to, 'UTC')
) USING file_uuid
ORDER BY completed DESC, record_uuid
LIMIT 201
