"""Google's Firestore emulator, and the check of composite indexes that it lacks."""
