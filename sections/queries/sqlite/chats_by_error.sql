SELECT sent_at, channel, author, text, reactions, link
FROM slack_messages
WHERE instr(lower(:chat_error), lower(says)) > 0
ORDER BY sent_at DESC
LIMIT CAST(:limit AS integer)
