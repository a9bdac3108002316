"""The admin as `django.contrib.admin` makes it, over the product's own tables.

The same columns, filters, search and order as the product's lists, and else the
defaults: it counts all rows, offers every row of a foreign key as a filter, and asks
for each row's relations as they are shown. Who asks is not looked up: that flatters it.
"""
