"""The rules of the product: one file per aggregate. Services build on repositories, planning and assistant; they never commit."""
