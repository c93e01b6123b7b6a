"""What goes in and out, described so that the API document is enough to work with."""
