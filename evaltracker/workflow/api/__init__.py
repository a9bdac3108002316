"""The API of people's programs: reads, acts, events and assistants."""
