"""A payment gateway that exists in a file, and the plugin through which the host uses it."""
