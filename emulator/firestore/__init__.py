"""Google's Firestore emulator, and the indexes that it does not ask for."""
