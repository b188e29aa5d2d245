"""The site: everything a reader needs, as plain files that open without a server."""
