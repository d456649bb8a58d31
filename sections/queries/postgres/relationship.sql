-- The relationship between two companies, whichever of them made it; one row per
-- SCAC. The shipper's own comes first.
SELECT
	r.id AS relationship_id, r.relationship_type, r.status, r.active, r.allow_tracking,
	r.external_id, r.eld_enabled, r.eld_provider, r.super_file_configurations, r.created_at,
	r.updated_at,
	CAST(:shipper_id AS varchar) AS shipper_id, CAST(:carrier_id AS varchar) AS carrier_id,
	CASE WHEN a.permalink = CAST(:shipper_id AS varchar) THEN b.name ELSE a.name END
		AS carrier_name,
	CASE WHEN a.permalink = CAST(:shipper_id AS varchar) THEN 'shipper to carrier'
		ELSE 'carrier to shipper' END AS direction,
	s.scac AS scacs
FROM pgs_company.company_relationships r
JOIN pgs_company.companies a ON a.id = r.company_id
JOIN pgs_company.companies b ON b.id = r.target_company_id
LEFT JOIN pgs_company.company_scacs s
	ON s.relationship_id = r.id AND s.etl_active_flag = 'Y'
WHERE r.etl_active_flag = 'Y'
	AND ((a.permalink = CAST(:shipper_id AS varchar) AND b.permalink = CAST(:carrier_id AS varchar))
		OR (a.permalink = CAST(:carrier_id AS varchar) AND b.permalink = CAST(:shipper_id AS varchar)))
ORDER BY direction DESC, r.created_at DESC, r.id, s.scac
LIMIT CAST(:limit AS integer)
