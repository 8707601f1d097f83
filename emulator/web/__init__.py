"""What runs on Node.js: the Auth emulator and the dev server of the guest page."""
