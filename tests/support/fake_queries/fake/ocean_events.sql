-- What the tests ask instead of the real thing.
SELECT *
FROM ocean_events
WHERE tracking_id = :tracking_id
	AND at >= :from
