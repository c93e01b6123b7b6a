"""What leaves the house after the commit: messages to applicants, from the outbox."""
