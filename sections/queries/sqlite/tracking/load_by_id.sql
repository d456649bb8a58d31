SELECT
	tracking_id, load_number, status, mappable_status, load_mode, actual_load_mode,
	shipper_id, shipper_name, carrier_id, carrier_name, managing_carrier_id,
	managing_carrier_name, operating_carrier_id, operating_carrier_name, created_at,
	updated_at, delivered_at, terminated_at, expired_at, picked_up_at,
	pickup_check_call_at, delivery_check_call_at, first_check_call_at,
	latest_check_call_at, origin, destination, origin_appointment_time,
	destination_appointment_time, stops, latest_location, latest_location_at,
	next_stop_eta, next_stop_carrier_eta, tracking_method, tracking_number, trailer_number,
	truck_number, rail_equipment, container_number, booking_number, bol_number, po_number,
	pro_number, reference_numbers, stop_count, raw
FROM api_loads
WHERE tracking_id = :tracking_id_candidate
