"""What runs on Node.js: the Auth emulator and the guest page's server."""
