"""Reading other people's spreadsheets: bytes in, named cells or a sentence out.

Nothing in here knows Django or what the cells mean.
"""
