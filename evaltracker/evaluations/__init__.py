"""What do we need, where are we, what is owed to whom?"""
