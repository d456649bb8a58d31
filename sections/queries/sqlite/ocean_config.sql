-- What the shipment is tracked by, and the subscription that crawls the carrier.
SELECT
	c.primary_identifier, c.identifier_value, c.subscription_id, c.subscription_status,
	c.tracking_source, c.carrier_code, c.configuration, s.carrier_name, s.portal_url,
	s.credentials_status, s.last_scrape_at, s.scraping_enabled, s.recent_errors,
	CASE WHEN c.subscription_id IS NULL THEN NULL ELSE s.subscription_id IS NOT NULL END
		AS subscription_known
FROM tracking_configs c
LEFT JOIN subscriptions s ON s.subscription_id = c.subscription_id
WHERE c.load_id = :tracking_id
LIMIT CAST(:limit AS integer)
