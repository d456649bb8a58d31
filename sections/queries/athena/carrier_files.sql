-- Records of the carrier's files that were matched to the load, or that name it by
-- one of its numbers or in one of its identifier slots. Each record carries what is
-- known of its file.
SELECT
	record_uuid, file_uuid, company, file_name, record_index, shipper_id, carrier_id, status,
	CAST(process_completed_timestamp AS varchar) AS process_completed_timestamp, error,
	status_update_error, load_identifier_1, load_identifier_2, load_identifier_3,
	load_identifier_4, external_id, queued_messages, skipped_messages, booking_number,
	bill_of_lading, container_number, load_id AS matched_load_id,
	CAST(received_timestamp AS varchar) AS received_timestamp, record_count, processing_status
FROM load_files
WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date(substr(:from, 1, 10))) AS varchar)
	AND datestr <= CAST(date_add('day', 1, from_iso8601_date(substr(:to, 1, 10))) AS varchar)
	AND substr(replace(CAST(process_completed_timestamp AS varchar), 'T', ' '), 1, 19) >= :from
	AND substr(replace(CAST(process_completed_timestamp AS varchar), 'T', ' '), 1, 19) < :to
	AND (CAST(load_id AS varchar) = :tracking_id
		OR ((:carrier_id IS NULL OR carrier_id = :carrier_id)
			AND (:external_id IS NULL OR external_id IS NULL OR external_id = ''
				OR external_id = :external_id)
			AND (container_number = :container_number
				OR booking_number = :booking_number
				OR bill_of_lading = :bol_number
				OR load_identifier_1 = :slot_1 OR load_identifier_1 = :load_number
				OR load_identifier_2 = :slot_2 OR load_identifier_2 = :load_number
				OR load_identifier_3 = :slot_3 OR load_identifier_3 = :load_number
				OR load_identifier_4 = :slot_4 OR load_identifier_4 = :load_number)))
ORDER BY 9 DESC, record_uuid
LIMIT 201
