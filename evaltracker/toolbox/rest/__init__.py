"""What every REST interface of the house shares: errors, bodies, pages."""
