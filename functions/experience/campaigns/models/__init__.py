"""Documents, requests and decisions of campaigns."""
