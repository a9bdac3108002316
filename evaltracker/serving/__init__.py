"""How gunicorn serves the product."""
