-- What the tests ask instead of the real thing.
SELECT *
FROM others
WHERE tracking_id = :tracking_id
	AND at >= :from
