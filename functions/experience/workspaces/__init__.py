"""Tenants, their members, and the experiences that they author and publish."""
