"""The rules of the product, one file per aggregate: they build on repositories, planning and assistant, and never commit."""
