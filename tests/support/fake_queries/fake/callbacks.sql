-- What the tests ask instead of the real thing.
SELECT *
FROM callbacks
WHERE tracking_id = :tracking_id
	AND at >= :from
