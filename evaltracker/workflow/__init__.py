"""May we go on? What did we decide?"""
