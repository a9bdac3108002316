"""Who has a say, who signed?"""
