"""The sample city: an Almaty in outline, with invented proposals marked as sample data."""
