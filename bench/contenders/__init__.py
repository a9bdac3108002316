"""What the product is measured against; none of it is part of the product."""
