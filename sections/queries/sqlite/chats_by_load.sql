SELECT sent_at, channel, author, text, reactions, link
FROM slack_messages
WHERE load_id = :identifier
ORDER BY sent_at DESC
LIMIT CAST(:limit AS integer)
