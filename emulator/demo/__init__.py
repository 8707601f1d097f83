"""The demo's data, a guest's visit to it, and a chaos run with many guests."""
