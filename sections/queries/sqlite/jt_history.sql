-- What the crawler read at the carrier's, and what it delivered.
SELECT
	event_id, scraped_at, event_code, status, crawled_at, delivered_at, NULL AS error,
	CASE WHEN crawled_at IS NOT NULL
		THEN json_object('event_code', event_code, 'event_time', crawled_at, 'location', place)
	END AS crawled,
	CASE WHEN delivered_at IS NOT NULL
		THEN json_object('event_code', event_code, 'event_time', delivered_at, 'location', place)
	END AS delivered
FROM jt_scrapes
WHERE subscription_id = :subscription_id
	AND scraped_at >= :from
	AND scraped_at < :to
ORDER BY scraped_at DESC
LIMIT CAST(:limit AS integer)
