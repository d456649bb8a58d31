SELECT id, at, carrier, status, bytes, message FROM events
