"""Writing mails for the extension that sends them, and finding those that were left out."""
