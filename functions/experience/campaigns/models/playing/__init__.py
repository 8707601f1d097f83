"""Documents, requests and decisions of playing: plays, stock, claims and tickets."""
