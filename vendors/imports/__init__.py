"""What can be imported of candidates: themselves, their answers, their costs."""
