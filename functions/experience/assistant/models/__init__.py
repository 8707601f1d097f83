"""Documents, requests, responses and decisions of chats."""
