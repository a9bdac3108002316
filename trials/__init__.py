"""What did we see?"""
