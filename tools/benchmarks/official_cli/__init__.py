"""The suite beside the Firebase CLI's own emulators."""
