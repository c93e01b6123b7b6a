"""Files that were made for other engines: what is read of them, and what each thing means here."""
