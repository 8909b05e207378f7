"""What others wrote for the page and the layout: unmodified files of releases, as manifest.json lists them."""
