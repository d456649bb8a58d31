-- The newest record of the last two days.
SELECT if(count() = 0, NULL, toString(max(process_completed_timestamp), 'UTC')) AS newest
FROM fact_load_file_records
WHERE process_completed_timestamp >= toDateTime(:now, 'UTC') - 172800
