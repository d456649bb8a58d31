SELECT
	relationship_id, active, status, allow_tracking, external_id, scacs, relationship_type,
	created_at, carrier_id, carrier_name, eld_enabled, eld_provider,
	super_file_configurations, raw
FROM api_relationships
WHERE shipper_id = :shipper_id AND carrier_id = :carrier_id
ORDER BY relationship_id
