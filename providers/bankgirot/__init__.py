"""Swedish bank files: BgMax, and camt.054 and camt.053 as Swedish banks write them."""
