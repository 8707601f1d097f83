"""The demo's data, and the guests who visit it."""
