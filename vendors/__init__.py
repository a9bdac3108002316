"""Who offers, what do they say, what does it cost?"""
