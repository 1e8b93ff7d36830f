"""The document view: pages, thumbnails, search, and the person's box on a page."""
