"""Measurements that `make bench` prints: ratios where a machine's speed would say little."""
