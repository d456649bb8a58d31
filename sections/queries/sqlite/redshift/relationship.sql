-- The relationship between two companies, whichever of them made it; one row per
-- SCAC. The shipper's own comes first.
SELECT
	r.id AS relationship_id, r.relationship_type, r.status, r.active, r.allow_tracking,
	r.external_id, r.eld_enabled, r.eld_provider, r.super_file_configurations, r.created_at,
	r.updated_at,
	:shipper_id AS shipper_id, :carrier_id AS carrier_id,
	CASE WHEN a.permalink = :shipper_id THEN b.name ELSE a.name END
		AS carrier_name,
	CASE WHEN a.permalink = :shipper_id THEN 'shipper to carrier'
		ELSE 'carrier to shipper' END AS direction,
	s.scac AS scacs
FROM company_relationships r
JOIN companies a ON a.id = r.company_id
JOIN companies b ON b.id = r.target_company_id
LEFT JOIN company_scacs s
	ON s.relationship_id = r.id AND s.etl_active_flag = 'Y'
WHERE r.etl_active_flag = 'Y'
	AND ((a.permalink = :shipper_id AND b.permalink = :carrier_id)
		OR (a.permalink = :carrier_id AND b.permalink = :shipper_id))
ORDER BY direction DESC, r.created_at DESC, r.id, s.scac
LIMIT CAST(:limit AS integer)
